/**
 * Positions of padded batches from their attention masks: tokens count, padding does not.
 */
import { checkInteger, reject } from '../check.js'

/** A mask as a list of rows flattened, [batch * tokens]: true or anything but 0 is a token. */
export type AttentionMask = ArrayLike<number | bigint | boolean>

/** Whether place `i` of a mask holds a token; without a mask all do. */
export function isToken(mask: AttentionMask | undefined, i: number): boolean {
  return mask === undefined || Number(mask[i]) !== 0
}

/** A mask of the right length, or INVALID_POSITIONS. */
export function checkMask(mask: AttentionMask, length: number): void {
  if (mask.length === length) return
  reject('INVALID_POSITIONS', 'attentionMask.length', mask.length, `batch * tokens = ${length}`)
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
  const batch = checkInteger(size.batch, 'batch', 1, 2 ** 31)
  const tokens = mask.length / batch
  if (!Number.isInteger(tokens)) {
    reject('INVALID_POSITIONS', 'mask.length', mask.length, `a multiple of batch, ${batch}`)
  }
  const ids = new Float64Array(mask.length).fill(size.padding ?? 1)
  for (let row = 0; row < batch; row++) {
    let position = 0
    for (let at = row * tokens; at < (row + 1) * tokens; at++) {
      if (isToken(mask, at)) ids[at] = position++
    }
  }
  return ids
}
