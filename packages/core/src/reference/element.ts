/**
 * One checked read, so that a reference function which looks past the end of a list says so
 * instead of computing with undefined.
 */
import { RopeError } from '../errors.js'

/**
 * The element of a list, which must be there.
 *
 * @throws RopeError INVALID_TENSOR when there is none
 */
export function at(values: ArrayLike<number>, index: number): number {
  const value = values[index]
  if (value !== undefined) return value
  throw new RopeError(
    'INVALID_TENSOR',
    `element ${index} is needed, but a list has only ${values.length}; give lists of equal sizes`,
    { field: 'x' },
  )
}
