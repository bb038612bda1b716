/**
 * What a backend's `allocate` may be asked for: one check for all backends that have it.
 */
import { checkInteger, checkWord } from '../check.js'
import { bytesPerElement, DTYPES, type DType } from '../numbers/dtype.js'

/**
 * The bytes of `length` elements. There may not be as many: that is for the backend to say.
 *
 * @param dtype what the caller gave
 * @param length what the caller gave, in elements
 * @throws RopeError INVALID_OPTION naming `dtype` or `length`
 */
export function allocationBytes(dtype: DType, length: number): number {
  checkWord(dtype, 'dtype', DTYPES)
  return checkInteger(length, 'length', 0, Number.MAX_SAFE_INTEGER) * bytesPerElement(dtype)
}
