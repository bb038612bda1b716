/**
 * The positions of a shard: those of its tokens in the whole, whatever form the whole was given in.
 * A shard that counted its own tokens from 0 would rotate them wrongly and silently.
 */
import { checkKeys, checkRecord } from '../check.js'
import { MOST_AXES, MOST_TOKENS } from '../limits.js'
import { readWhole } from '../numbers/lists.js'
import { expandPositions } from '../positions/expand.js'
import { type Positions, readPositions } from '../positions/forms.js'
import { checkShard, type Shard } from './shard.js'

/** The tensors of the whole, as far as positions depend on them. */
export interface WholeSequence {
  /** Tokens of each batch entry, or of all packed sequences together. */
  readonly tokens: number
  /** Batch entries; 1 when absent. */
  readonly batch?: number
  /** Axes of the config; 1 when absent. */
  readonly axes?: number
}

function pick(values: Float64Array, { indices }: Shard, tokens: number): Float64Array {
  const entries = values.length / tokens
  const picked = new Float64Array(entries * indices.length)
  for (let row = 0; row < picked.length; row++) {
    const entry = Math.floor(row / indices.length)
    picked[row] = values[entry * tokens + (indices[row % indices.length] as number)] as number
  }
  return picked
}

/**
 * The positions of a rank's tokens, one id per token and axis.
 *
 * @param positions the positions of the whole sequence, in any form: a start, offsets of batch
 *   entries, packed sequences, ids, axes
 * @returns ids in the order of the shard, for a call on the shard's own tensors
 * @throws RopeError INVALID_POSITIONS when the positions do not fit the whole, or are above 2^27;
 *   INVALID_OPTION
 *
 * @example
 * ```ts
 * const shard = shardOf({ sharding: 'striped', ranks: 4, rank: 1, tokens: 8 })
 * shardPositions(100, shard, { tokens: 8 }) // 101, 105
 * ```
 */
export function shardPositions(positions: Positions, part: Shard, whole: WholeSequence): Positions {
  const given = checkRecord(whole, 'whole', '{ tokens, batch, axes }')
  checkKeys(given, 'whole', ['tokens', 'batch', 'axes'])
  const tokens = readWhole(given.tokens, 'whole.tokens', 0, MOST_TOKENS)
  const batch = readWhole(given.batch ?? 1, 'whole.batch', 0, MOST_TOKENS)
  const axes = readWhole(given.axes ?? 1, 'whole.axes', 1, MOST_AXES)
  const shard = checkShard(part, tokens)
  const table = expandPositions(readPositions(positions, axes), batch, tokens, axes)
  const picked = table.axes.map((values) => pick(values, shard, tokens))
  const [first] = picked
  return axes === 1 && first !== undefined ? first : { axes: picked }
}
