/**
 * Context parallelism: which tokens of a sequence each rank holds, and at which positions. A shard
 * is a list of tokens of the whole; everything else - packing, padding, several axes - composes
 * with it, since positions are taken from the whole and picked by the same list.
 */
import { checkInteger, checkWord, reject } from '../check.js'
import { expandPositions, type Positions, readPositions } from '../positions.js'

/**
 * How tokens go to ranks, in every sequence by itself:
 * `contiguous` cuts it in equal runs, one per rank; `zigzag` cuts it in twice as many and gives rank
 * r runs r and 2 ranks - 1 - r, so that causal attention costs all the same; `striped` deals tokens
 * in turn.
 */
export type ShardKind = 'contiguous' | 'zigzag' | 'striped'

/** The ways of sharding by name. */
export const SHARD_KINDS: readonly ShardKind[] = ['contiguous', 'zigzag', 'striped']

/** How one rank's share is cut out. */
export interface ShardOptions {
  readonly kind: ShardKind
  readonly ranks: number
  /** From 0. */
  readonly rank: number
  /** Tokens in memory of each sequence, padding included; a single sequence is a list of one. */
  readonly sequenceLengths: ArrayLike<number>
}

/** The runs [start, end) of one sequence of `length` tokens that a rank holds. */
function runsOf(
  { kind, ranks, rank }: ShardOptions,
  length: number,
): readonly (readonly number[])[] {
  const size = length / (kind === 'zigzag' ? 2 * ranks : ranks)
  if (kind === 'contiguous') return [[rank * size, (rank + 1) * size]]
  if (kind === 'striped') {
    return Array.from({ length: size }, (_, i) => [i * ranks + rank, i * ranks + rank + 1])
  }
  const mirror = 2 * ranks - 1 - rank
  return [
    [rank * size, (rank + 1) * size],
    [mirror * size, (mirror + 1) * size],
  ]
}

function checkShard(options: ShardOptions): void {
  const { kind, ranks, sequenceLengths } = options
  checkWord(kind, 'kind', SHARD_KINDS)
  checkInteger(ranks, 'ranks', 1, 65536)
  checkInteger(options.rank, 'rank', 0, ranks - 1)
  const multiple = kind === 'zigzag' ? 2 * ranks : ranks
  Array.from(sequenceLengths).forEach((length, i) => {
    checkInteger(length, `sequenceLengths[${i}]`, 0, Number.MAX_SAFE_INTEGER)
    if (length % multiple === 0) return
    const accepted = `a multiple of ${multiple}, so that all ranks hold as many; pad the sequence`
    reject('INVALID_POSITIONS', `sequenceLengths[${i}]`, length, accepted)
  })
}

/**
 * The tokens of the whole that a rank holds, in the order in which it holds them.
 *
 * @returns indices of tokens, ascending within each sequence
 * @throws RopeError INVALID_OPTION, or INVALID_POSITIONS when a sequence does not divide evenly
 *
 * @example
 * ```ts
 * shardTokens({ kind: 'zigzag', ranks: 2, rank: 0, sequenceLengths: [8] }) // 0, 1, 6, 7
 * ```
 */
export function shardTokens(options: ShardOptions): Float64Array {
  checkShard(options)
  const tokens: number[] = []
  let first = 0
  for (const length of Array.from(options.sequenceLengths)) {
    for (const [start = 0, end = 0] of runsOf(options, length)) {
      for (let t = start; t < end; t++) tokens.push(first + t)
    }
    first += length
  }
  return Float64Array.from(tokens)
}

/** A sequence as a whole: how its positions are written, and the size of its tensors. */
export interface Whole {
  readonly positions: Positions
  /** Batch entries; 1 when absent. */
  readonly batch?: number
  readonly tokens: number
  /** Positions per token; 1 when absent. */
  readonly axes?: number
}

/**
 * The positions of a shard, as ids: one array per axis, [batch * shard tokens].
 *
 * @param tokens as `shardTokens` gives them
 * @throws RopeError INVALID_POSITIONS
 */
export function shardPositions(
  whole: Whole,
  tokens: ArrayLike<number>,
): { readonly axes: readonly Float64Array[] } {
  const { positions, batch = 1, axes = 1 } = whole
  const table = expandPositions(readPositions(positions, axes), batch, whole.tokens, axes)
  const pick = (ids: Float64Array): Float64Array => {
    const picked = new Float64Array(batch * tokens.length)
    for (let row = 0; row < picked.length; row++) {
      const entry = Math.floor(row / tokens.length)
      const token = tokens[row % tokens.length] as number
      picked[row] = ids[entry * table.batchStride + token] as number
    }
    return picked
  }
  return { axes: table.axes.map(pick) }
}
