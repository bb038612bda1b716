/**
 * The exact oracle of angles: theta^(-2i/d) as a Big, a position times a frequency as a Big, and
 * its cos and sin correctly rounded to double. Frequencies are good to a relative 2^-300 and cos
 * and sin to 2^-240 before rounding at positions up to 2^31; every function is the definition.
 */

import { BoundedMap } from '../bounded-map.js'
import { RopeError } from '../errors.js'
import { type Big, divide, fromDouble, multiply, ONE, toDouble } from './big.js'
import { exactCosSin, exponential, logarithm } from './elementary.js'

const powers = new BoundedMap<string, Big>(1 << 12)

/**
 * theta_i = base^(-2i/d), the frequency of pair i of d channels (RoFormer, section 3.2.2, with i
 * counted from 0), as `exp(-2i/d * ln base)`.
 *
 * @param base theta, a double above 0
 * @param i the pair, a whole number from 0
 * @param d the number of rotated channels, a whole number above 0
 * @throws RopeError INVALID_OPTION when an argument is out of its range
 */
export function exactPower(base: number, i: number, d: number): Big {
  if (!Number.isSafeInteger(i) || i < 0 || !Number.isSafeInteger(d) || d < 1) {
    throw new RopeError('INVALID_OPTION', `no pair ${i} of ${d} channels; give whole numbers`, {
      field: 'pair',
    })
  }
  return powers.recall(`${base} ${i} ${d}`, () => {
    const lnBase = logarithm(fromDouble(base))
    const exponent = divide(fromDouble(-2 * i), fromDouble(d))
    return i === 0 ? ONE : exponential(multiply(exponent, lnBase))
  })
}

/** The angle of a position at a frequency: their product, in radians. */
export function exactAngle(position: number, frequency: Big): Big {
  return multiply(fromDouble(position), frequency)
}

/**
 * cos and sin of an angle in radians, each the nearest double.
 *
 * @throws RopeError INVALID_POSITIONS for angles of 2^200 and beyond
 *
 * @example
 * ```ts
 * // Pair 63 of 128 channels at the far end of a long context: theta = 10000.
 * const { cos, sin } = cosSin(exactAngle(2147483647, exactPower(10000, 63, 128)))
 * ```
 */
export function cosSin(angle: Big): { readonly cos: number; readonly sin: number } {
  const { cos, sin } = exactCosSin(angle)
  return { cos: toDouble(cos), sin: toDouble(sin) }
}
