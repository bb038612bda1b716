/**
 * Arbitrary-precision binary floating point on BigInt, for the oracles: plain and slow.
 * A Big is `mantissa * 2^exponent`, so a frequency of 1e-30 and a position of 2^31 keep the same
 * relative precision. Additions are exact up to the final rounding; every operation here has a
 * relative error of at most 2^-319 (one rounding to PRECISION bits).
 */
import { RopeError } from '../errors.js'
import { FLOAT32, FLOAT64, type FloatFormat } from './float-format.js'

/** The number `mantissa * 2^exponent`. */
export interface Big {
  readonly mantissa: bigint
  readonly exponent: number
}

/** Significant bits that a Big keeps after an operation. */
export const PRECISION = 320

/** Zero. */
export const ZERO: Big = { mantissa: 0n, exponent: 0 }

/** One. */
export const ONE: Big = { mantissa: 1n, exponent: 0 }

/** The number of bits of `n >= 0`: 0 for 0, 1 for 1, 2 for 2 and 3. */
export function bitLength(n: bigint): number {
  if (n === 0n) return 0
  const digits = n.toString(16)
  return 4 * digits.length - Math.clz32(Number.parseInt(digits.charAt(0), 16)) + 28
}

/** The absolute value of a BigInt. */
export function magnitude(n: bigint): bigint {
  return n < 0n ? -n : n
}

/** `round(n / 2^shift)` for `n >= 0`, ties to even; a negative shift multiplies. */
function shiftToNearest(n: bigint, shift: number): bigint {
  if (shift <= 0) return n << BigInt(-shift)
  const by = BigInt(shift)
  const floor = n >> by
  const rest = n - (floor << by)
  const half = 1n << (by - 1n)
  const up = rest > half || (rest === half && (floor & 1n) === 1n)
  return up ? floor + 1n : floor
}

/** The same number with at most PRECISION significant bits, rounded to nearest. */
function normalise(mantissa: bigint, exponent: number): Big {
  if (mantissa === 0n) return ZERO
  const size = magnitude(mantissa)
  const excess = bitLength(size) - PRECISION
  if (excess <= 0) return { mantissa, exponent }
  const kept = shiftToNearest(size, excess)
  return { mantissa: mantissa < 0n ? -kept : kept, exponent: exponent + excess }
}

/**
 * The exact value of a finite double.
 *
 * @throws RopeError INVALID_OPTION for NaN and the infinities
 */
export function fromDouble(value: number): Big {
  if (!Number.isFinite(value)) {
    throw new RopeError('INVALID_OPTION', `${value} has no exact value; give a finite number`, {
      field: 'value',
    })
  }
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const size = biased === 0 ? fraction : fraction | (1n << 52n)
  if (size === 0n) return ZERO
  return { mantissa: value < 0 ? -size : size, exponent: Math.max(biased, 1) - 1075 }
}

/** `-a`, exactly. */
export function negate(a: Big): Big {
  return { mantissa: -a.mantissa, exponent: a.exponent }
}

/** `a + b`, rounded once. */
export function add(a: Big, b: Big): Big {
  if (a.mantissa === 0n) return b
  if (b.mantissa === 0n) return a
  const exponent = Math.min(a.exponent, b.exponent)
  const left = a.mantissa << BigInt(a.exponent - exponent)
  const right = b.mantissa << BigInt(b.exponent - exponent)
  return normalise(left + right, exponent)
}

/** `a * b`, rounded once. */
export function multiply(a: Big, b: Big): Big {
  return normalise(a.mantissa * b.mantissa, a.exponent + b.exponent)
}

/**
 * `a / b`, rounded once.
 *
 * @throws RopeError INVALID_OPTION when `b` is zero
 */
export function divide(a: Big, b: Big): Big {
  if (b.mantissa === 0n) {
    throw new RopeError('INVALID_OPTION', 'cannot divide by zero; give a divisor other than 0', {
      field: 'divisor',
    })
  }
  const gap = bitLength(magnitude(b.mantissa)) - bitLength(magnitude(a.mantissa))
  const shift = Math.max(0, PRECISION + 2 + gap)
  return normalise((a.mantissa << BigInt(shift)) / b.mantissa, a.exponent - b.exponent - shift)
}

/** `value * 2^fraction` as an integer, rounded to nearest: the fixed-point form. */
export function toFixedPoint(value: Big, fraction: number): bigint {
  const size = shiftToNearest(magnitude(value.mantissa), -(value.exponent + fraction))
  return value.mantissa < 0n ? -size : size
}

/** The number `fixed / 2^fraction`. */
export function fromFixedPoint(fixed: bigint, fraction: number): Big {
  return normalise(fixed, -fraction)
}

/**
 * The float of `format` nearest to `value`, ties to even: ONE rounding from the exact value.
 * Subnormals lose bits as the format says; beyond the largest finite float the answer is infinite.
 */
export function roundTo(value: Big, format: FloatFormat): number {
  const sign = value.mantissa < 0n ? -1 : 1
  const size = magnitude(value.mantissa)
  const top = bitLength(size) + value.exponent
  if (top > format.overflow) return sign * Number.POSITIVE_INFINITY
  const unit = Math.max(top - format.precision, format.smallest)
  const units = shiftToNearest(size, unit - value.exponent)
  if (bitLength(units) + unit > format.overflow) return sign * Number.POSITIVE_INFINITY
  return sign * Number(units) * 2 ** unit
}

/** The double nearest to `value`. */
export function toDouble(value: Big): number {
  return roundTo(value, FLOAT64)
}

/** The float32 nearest to `value`, rounded once (not through a double). */
export function toFloat32(value: Big): number {
  return roundTo(value, FLOAT32)
}
