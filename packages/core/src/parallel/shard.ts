/**
 * Context parallelism: which tokens of a long sequence each rank holds. A shard is a list of
 * indices, so it composes with every form of positions, with packing and with several axes; nothing
 * else in the library knows of ranks.
 */
import {
  checkInteger,
  checkKeys,
  checkRecord,
  checkTypedArray,
  checkWord,
  reject,
} from '../check.js'
import { MOST_SHARD_TOKENS, MOST_TOKENS } from '../limits.js'
import { readList, readNumbers, readWhole, wholeNumbers } from '../numbers/lists.js'

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
  readonly tokens: number | bigint | ArrayLike<number | bigint>
}

/** The part of a sequence, or of packed sequences, that one rank holds. */
export interface Shard {
  /** Index in the whole of each token that the rank holds, in the order in which it holds them. */
  readonly indices: Int32Array
  /** How many of them belong to each packed sequence; one entry for a single sequence. */
  readonly sequenceLengths: readonly number[]
}

/** Where the i-th of `count` runs of equal length begins; the lengths differ by one at most. */
function startOfRun(tokens: number, count: number, i: number): number {
  return Math.floor((tokens * i) / count)
}

/** Tokens `start`, `start + step`, ... of one sequence. */
interface Run {
  readonly start: number
  readonly step: number
  readonly length: number
}

function run(tokens: number, count: number, i: number): Run {
  const start = startOfRun(tokens, count, i)
  return { start, step: 1, length: startOfRun(tokens, count, i + 1) - start }
}

type Divide = (tokens: number, ranks: number, rank: number) => readonly Run[]

const DIVIDE: Readonly<Record<Sharding, Divide>> = {
  contiguous: (tokens, ranks, rank) => [run(tokens, ranks, rank)],
  'zig-zag': (tokens, ranks, rank) => [
    run(tokens, 2 * ranks, rank),
    run(tokens, 2 * ranks, 2 * ranks - 1 - rank),
  ],
  striped: (tokens, ranks, rank) => [
    { start: rank, step: ranks, length: Math.max(0, Math.ceil((tokens - rank) / ranks)) },
  ],
}

function checkTokens(tokens: unknown): readonly number[] {
  const rules = { field: 'tokens', code: 'INVALID_OPTION', accepted: 'lengths' } as const
  const elements = wholeNumbers(0, MOST_TOKENS)
  const isOne = typeof tokens === 'number' || typeof tokens === 'bigint'
  const checked = isOne
    ? [readWhole(tokens, 'tokens', 0, MOST_TOKENS)]
    : [...readList(tokens, { ...rules, elements })]
  const total = checked.reduce((sum, length) => sum + length, 0)
  if (total <= MOST_TOKENS) return checked
  return reject('INVALID_OPTION', 'tokens', tokens, `at most ${MOST_TOKENS} tokens in all`)
}

/**
 * A shard whose indices lie within a whole of `tokens`.
 *
 * @throws RopeError INVALID_OPTION
 */
export function checkShard(shard: Shard, tokens: number): Shard {
  const { indices, sequenceLengths } = checkRecord(shard, 'shard', 'a shard of shardOf')
  const list = checkTypedArray(indices, 'shard.indices', ['Int32Array'])
  list.forEach((index, i) => checkInteger(index, `shard.indices[${i}]`, 0, tokens - 1))
  return {
    indices: list,
    sequenceLengths: [...readNumbers(sequenceLengths, 'shard.sequenceLengths')],
  }
}

/**
 * The part of a sequence that one rank holds. Any length will do: runs differ by one token at most,
 * and the shards of all ranks hold every token exactly once.
 *
 * @throws RopeError INVALID_OPTION, naming the option; a rank holds at most 2^26 tokens
 *
 * @example
 * ```ts
 * const shard = shardOf({ sharding: 'zig-zag', ranks: 2, rank: 0, tokens: 8 })
 * shard.indices // 0, 1, 6, 7
 * ```
 */
export function shardOf(options: ShardOptions): Shard {
  const record = checkRecord(options, 'options', '{ sharding, ranks, rank, tokens }')
  checkKeys(record, 'options', ['sharding', 'ranks', 'rank', 'tokens'])
  const sharding = checkWord(record.sharding, 'sharding', SHARDINGS)
  const ranks = readWhole(record.ranks, 'ranks', 1, 2 ** 20)
  const rank = readWhole(record.rank, 'rank', 0, ranks - 1)
  const lengths = checkTokens(record.tokens)
  const parts = lengths.map((length) => DIVIDE[sharding](length, ranks, rank))
  const sequenceLengths = parts.map((runs) => sum(runs.map(({ length }) => length)))
  return { indices: indicesOf(parts, lengths, checkHeld(sum(sequenceLengths))), sequenceLengths }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

function checkHeld(count: number): number {
  if (count <= MOST_SHARD_TOKENS) return count
  const accepted = `at most ${MOST_SHARD_TOKENS} for each rank; divide among more ranks, or shard in parts`
  return reject('INVALID_OPTION', 'the number of tokens that the rank holds', count, accepted)
}

/** Every token of the runs of each sequence, counted from the first token of all. */
function indicesOf(
  parts: readonly (readonly Run[])[],
  lengths: readonly number[],
  count: number,
): Int32Array {
  const indices = new Int32Array(count)
  let at = 0
  let first = 0
  parts.forEach((runs, sequence) => {
    for (const { start, step, length } of runs) {
      for (let i = 0; i < length; i++) indices[at++] = first + start + i * step
    }
    first += lengths[sequence] as number
  })
  return indices
}
