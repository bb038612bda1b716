/**
 * Positions of padded batches from their attention masks: tokens count, padding does not.
 */
import { checkFinite, checkInteger, checkList, checkRecord, reject } from '../../check.js'
import { MOST_POSITIONS } from '../../limits.js'

/** A mask as a list of rows flattened, [batch * tokens]: true and 1 are tokens, false and 0 padding. */
export type AttentionMask = ArrayLike<number | bigint | boolean>

const ACCEPTED =
  '0 and 1 or false and true, flattened to [batch * tokens]; an additive mask (0 and -Infinity) has to be turned into one'

/**
 * A mask as booleans. Only 0 and 1 are clear: in an additive mask 0 is a token.
 *
 * @throws RopeError INVALID_POSITIONS
 */
export function readMask(mask: unknown, field: string): readonly boolean[] {
  const list: ArrayLike<unknown> = checkList(mask, field, ACCEPTED, 'INVALID_POSITIONS')
  return Array.from(list, (mark, i) => {
    if (mark === 1 || mark === true || mark === 1n) return true
    if (mark === 0 || mark === false || mark === 0n) return false
    return reject('INVALID_POSITIONS', `${field}[${i}]`, mark, ACCEPTED)
  })
}

/**
 * Position ids from an attention mask: the number of tokens before each one in its row, wherever
 * the padding is (left, right or between).
 *
 * @param mask [batch * tokens]
 * @param size batch entries, and the position of padding; 1 when absent, as in Hugging Face
 * @returns ids [batch * tokens]
 * @throws RopeError INVALID_POSITIONS when the mask does not divide into rows
 */
export function positionsFromMask(
  mask: AttentionMask,
  size: { readonly batch: number; readonly padding?: number },
): Float64Array {
  const given = checkRecord(size, 'size', '{ batch, padding }')
  const batch = checkInteger(given.batch, 'batch', 1, MOST_POSITIONS)
  const marks = readMask(mask, 'mask')
  const tokens = marks.length / batch
  if (!Number.isInteger(tokens)) {
    reject('INVALID_POSITIONS', 'mask.length', marks.length, `a multiple of batch, ${batch}`)
  }
  const ids = new Float64Array(marks.length).fill(checkFinite(given.padding ?? 1, 'padding'))
  for (let row = 0; row < batch; row++) {
    let position = 0
    for (let at = row * tokens; at < (row + 1) * tokens; at++) {
      if (marks[at] === true) ids[at] = position++
    }
  }
  return ids
}
