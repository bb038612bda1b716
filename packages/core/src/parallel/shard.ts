/**
 * Context parallelism: which tokens of a long sequence each rank holds. A shard is a list of
 * indices, so it composes with every form of positions, with packing and with several axes; nothing
 * else in the library knows of ranks.
 */
import { checkInteger, checkRecord, checkWord, reject } from '../check.js'

/**
 * How a sequence is divided among ranks.
 *
 * - `contiguous`: rank r holds the r-th of as many runs as there are ranks
 * - `zig-zag`: twice as many runs; rank r holds run r and the r-th from the end, so that with a
 *   causal mask all ranks have equally much to attend to (Megatron, Transformer Engine)
 * - `striped`: token t belongs to rank t modulo the number of ranks (striped attention)
 */
export type Sharding = 'contiguous' | 'zig-zag' | 'striped'

/** All ways to divide a sequence. */
export const SHARDINGS: readonly Sharding[] = ['contiguous', 'zig-zag', 'striped']

/** What to divide, and for whom. */
export interface ShardOptions {
  readonly sharding: Sharding
  /** How many ranks share the sequence. */
  readonly ranks: number
  /** Which of them this is, from 0. */
  readonly rank: number
  /**
   * Tokens in memory: of the one sequence, or of each of several packed ones, padding included.
   * Packed sequences are divided one by one, so that every rank gets its part of each.
   */
  readonly tokens: number | readonly number[]
}

/** The part of a sequence, or of packed sequences, that one rank holds. */
export interface Shard {
  /** Index in the whole of each token that the rank holds, in the order in which it holds them. */
  readonly indices: Int32Array
  /** How many of them belong to each packed sequence; one entry for a single sequence. */
  readonly sequenceLengths: readonly number[]
}

const MOST_TOKENS = 2 ** 31 - 1

/** Where the i-th of `count` runs of equal length begins; the lengths differ by one at most. */
function startOfRun(tokens: number, count: number, i: number): number {
  return Math.floor((tokens * i) / count)
}

function run(tokens: number, count: number, i: number): number[] {
  const start = startOfRun(tokens, count, i)
  const length = startOfRun(tokens, count, i + 1) - start
  return Array.from({ length }, (_, t) => start + t)
}

type Divide = (tokens: number, ranks: number, rank: number) => number[]

const DIVIDE: Readonly<Record<Sharding, Divide>> = {
  contiguous: run,
  'zig-zag': (tokens, ranks, rank) => [
    ...run(tokens, 2 * ranks, rank),
    ...run(tokens, 2 * ranks, 2 * ranks - 1 - rank),
  ],
  striped: (tokens, ranks, rank) =>
    Array.from({ length: Math.max(0, Math.ceil((tokens - rank) / ranks)) }, (_, i) => {
      return rank + i * ranks
    }),
}

function checkTokens(tokens: unknown): readonly number[] {
  const lengths = Array.isArray(tokens) ? tokens : [tokens]
  const checked = lengths.map((length: unknown, i) => {
    const field = Array.isArray(tokens) ? `tokens[${i}]` : 'tokens'
    return checkInteger(length, field, 0, MOST_TOKENS)
  })
  const total = checked.reduce((sum, length) => sum + length, 0)
  if (total <= MOST_TOKENS) return checked
  return reject('INVALID_OPTION', 'tokens', tokens, `at most ${MOST_TOKENS} tokens in all`)
}

/**
 * The part of a sequence that one rank holds. Any length will do: runs differ by one token at most,
 * and the shards of all ranks hold every token exactly once.
 *
 * @throws RopeError INVALID_OPTION, naming the option
 *
 * @example
 * ```ts
 * const shard = shardOf({ sharding: 'zig-zag', ranks: 2, rank: 0, tokens: 8 })
 * shard.indices // 0, 1, 6, 7
 * ```
 */
export function shardOf(options: ShardOptions): Shard {
  const record = checkRecord(options, 'options', '{ sharding, ranks, rank, tokens }')
  const sharding = checkWord(record.sharding, 'sharding', SHARDINGS)
  const ranks = checkInteger(record.ranks, 'ranks', 1, 2 ** 20)
  const rank = checkInteger(record.rank, 'rank', 0, ranks - 1)
  const lengths = checkTokens(record.tokens)
  const indices: number[][] = []
  let first = 0
  for (const length of lengths) {
    const start = first
    indices.push(DIVIDE[sharding](length, ranks, rank).map((t) => start + t))
    first += length
  }
  return {
    indices: Int32Array.from(indices.flat()),
    sequenceLengths: indices.map(({ length }) => length),
  }
}
