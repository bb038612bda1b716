/**
 * pi, ln, exp, sin and cos to hundreds of bits, from their textbook series in fixed point.
 * A fixed-point number is a BigInt `x` that stands for `x / 2^fraction`. Every series has terms
 * that shrink at least by a constant factor, and stops when a term is below the last bit, so its
 * error is a few units of the last bit: the callers keep more than 60 bits in reserve.
 */

import { RopeError } from '../errors.js'
import {
  type Big,
  bitLength,
  fromFixedPoint,
  magnitude,
  multiply,
  negate,
  ONE,
  toFixedPoint,
  ZERO,
} from './big.js'

/** cos and sin of one angle, before any rounding to a float. */
export interface ExactTurn {
  readonly cos: Big
  readonly sin: Big
}

/** Fraction bits in which ln and exp are computed. */
const FRACTION = 400

/** Fraction bits of pi, hence of the reduction of an angle to a quarter turn. */
const PI_FRACTION = 600

/** Fraction bits of sin and cos of a reduced angle that is not tiny. */
const TURN_FRACTION = 256

/** Angles of 2^LARGEST_ANGLE or more are refused: below, the reduction is good to 2^-100. */
const LARGEST_ANGLE = 200

/** Computes a constant at its first use, so that importing this file computes nothing. */
function lazily(compute: () => bigint): () => bigint {
  let value: bigint | undefined
  return () => {
    value ??= compute()
    return value
  }
}

/** atanh(z) = z + z^3/3 + z^5/5 + ...; with alternating signs, atan(z). */
function arcSeries(z: bigint, fraction: number, alternate: boolean): bigint {
  const bits = BigInt(fraction)
  const square = (z * z) >> bits
  let power = z
  let sum = 0n
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += alternate && n % 4n === 3n ? -(power / n) : power / n
    power = (power * square) / (1n << bits)
  }
  return sum
}

/** Machin, 1706: pi = 16 atan(1/5) - 4 atan(1/239). */
const pi = lazily(() => {
  const one = 1n << BigInt(PI_FRACTION)
  const atan = (inverse: bigint): bigint => arcSeries(one / inverse, PI_FRACTION, true)
  return 16n * atan(5n) - 4n * atan(239n)
})

/** ln 2 = 2 atanh(1/3). */
const lnTwo = lazily(() => 2n * arcSeries((1n << BigInt(FRACTION)) / 3n, FRACTION, false))

/** pi, to a relative 2^-319. */
export function exactPi(): Big {
  return fromFixedPoint(pi(), PI_FRACTION)
}

/**
 * The natural logarithm of a double, to 2^-309: `x = m * 2^k` with m in [3/4, 3/2), then
 * `ln x = k ln 2 + 2 atanh((m - 1) / (m + 1))`.
 *
 * @throws RopeError INVALID_OPTION unless `x > 0`
 */
export function logarithm(x: Big): Big {
  if (x.mantissa <= 0n) {
    throw new RopeError('INVALID_OPTION', 'a logarithm needs a number above 0', { field: 'base' })
  }
  const one = 1n << BigInt(FRACTION)
  const bits = bitLength(x.mantissa)
  const belowOne = toFixedPoint({ mantissa: x.mantissa, exponent: -bits }, FRACTION)
  const small = 4n * belowOne < 3n * one
  const m = small ? 2n * belowOne : belowOne
  const k = BigInt(bits + x.exponent - (small ? 1 : 0))
  const z = ((m - one) << BigInt(FRACTION)) / (m + one)
  return fromFixedPoint(k * lnTwo() + 2n * arcSeries(z, FRACTION, false), FRACTION)
}

/** `e^y` to a relative 2^-300 for |y| < 2^10: `y = n ln 2 + r`, then the power series of e^r. */
export function exponential(y: Big): Big {
  const fixed = toFixedPoint(y, FRACTION)
  const n = nearestMultiple(fixed, lnTwo())
  const r = fixed - n * lnTwo()
  let term = 1n << BigInt(FRACTION)
  let sum = 0n
  for (let k = 1n; term !== 0n; k += 1n) {
    sum += term
    term = (term * r) / (k << BigInt(FRACTION))
  }
  return multiply(fromFixedPoint(sum, FRACTION), { mantissa: 1n, exponent: Number(n) })
}

/** The integer nearest to `x / unit`. */
function nearestMultiple(x: bigint, unit: bigint): bigint {
  const n = (2n * magnitude(x) + unit) / (2n * unit)
  return x < 0n ? -n : n
}

/** `first * (1 - s/(d(d+1)) + s^2/(d(d+1)(d+2)(d+3)) - ...)`: cos for d = 1, sin for d = 2. */
function turnSeries(first: bigint, square: bigint, d: bigint, fraction: bigint): bigint {
  let term = first
  let sum = 0n
  for (let k = d; term !== 0n; k += 4n) {
    sum += term
    term = ((term * square) >> fraction) / (k * (k + 1n))
    sum -= term
    term = ((term * square) >> fraction) / ((k + 2n) * (k + 3n))
  }
  return sum
}

/** cos and sin of an angle in [0, 1], both to 2^-240, and sin relative to itself. */
function smallTurn(angle: Big): ExactTurn {
  const leadingZeros = Math.max(0, -(bitLength(angle.mantissa) + angle.exponent))
  const fraction = TURN_FRACTION + leadingZeros
  const bits = BigInt(fraction)
  const x = toFixedPoint(angle, fraction)
  const square = (x * x) >> bits
  return {
    cos: fromFixedPoint(turnSeries(1n << bits, square, 1n, bits), fraction),
    sin: fromFixedPoint(turnSeries(x, square, 2n, bits), fraction),
  }
}

/**
 * cos and sin of an angle in radians, to 2^-100 for angles up to 2^200 and to 2^-240 for angles up
 * to 2^31 that are themselves exact: the angle less the nearest multiple of pi/2, then the series.
 *
 * @throws RopeError INVALID_POSITIONS for |angle| >= 2^200
 */
export function exactCosSin(angle: Big): ExactTurn {
  if (angle.mantissa === 0n) return { cos: ONE, sin: ZERO }
  const top = bitLength(magnitude(angle.mantissa)) + angle.exponent
  if (top > LARGEST_ANGLE) {
    throw new RopeError(
      'INVALID_POSITIONS',
      `an angle of about 2^${top} radians is too far; the oracle accepts up to 2^${LARGEST_ANGLE}`,
      { field: 'positions' },
    )
  }
  const size: Big = { mantissa: magnitude(angle.mantissa), exponent: angle.exponent }
  const turn = top < 0 ? smallTurn(size) : reducedTurn(size)
  return angle.mantissa < 0n ? { cos: turn.cos, sin: negate(turn.sin) } : turn
}

/** cos and sin of `angle >= 0` from those of its distance to the nearest multiple of pi/2. */
function reducedTurn(angle: Big): ExactTurn {
  const quarter = pi() >> 1n
  const fixed = toFixedPoint(angle, PI_FRACTION)
  const quarters = nearestMultiple(fixed, quarter)
  const rest = fixed - quarters * quarter
  const { cos, sin } = smallTurn(fromFixedPoint(magnitude(rest), PI_FRACTION))
  const signed = rest < 0n ? negate(sin) : sin
  const quadrant = quarters % 4n
  if (quadrant === 0n) return { cos, sin: signed }
  if (quadrant === 1n) return { cos: negate(signed), sin: cos }
  if (quadrant === 2n) return { cos: negate(cos), sin: negate(signed) }
  return { cos: signed, sin: negate(cos) }
}
