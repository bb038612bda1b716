/**
 * base^(-i/n) to more than twice the precision of a double, in BigInt fixed point.
 * Math.pow may be off by a unit in the last place and differs between engines; at position 2^31
 * that unit is worth 1e-7 radians. Here the result is the same everywhere, and what rounding to
 * double takes away is kept. Runs once per config.
 */

import type { DoubleDouble } from '../numbers/double-double.js'

const FRACTION_BITS = 192n
const ONE = 1n << FRACTION_BITS

const DOUBLE = new Float64Array(1)
const DOUBLE_BITS = new BigUint64Array(DOUBLE.buffer)

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend % divisor < 0n ? quotient - 1n : quotient
}

/** ln((1 + z) / (1 - z)) = 2 (z + z^3/3 + z^5/5 + ...) for 0 <= z <= 1/3. */
function logarithmOfRatio(z: bigint): bigint {
  const square = (z * z) >> FRACTION_BITS
  let power = z
  let sum = 0n
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += power / odd
    power = (power * square) >> FRACTION_BITS
  }
  return 2n * sum
}

const LN_2 = /* @__PURE__ */ logarithmOfRatio(ONE / 3n)

/** Natural logarithm of a positive normal double, in fixed point. */
function logarithm(value: number): bigint {
  DOUBLE[0] = value
  const bits = DOUBLE_BITS[0] as bigint
  const exponent = (bits >> 52n) - 1023n
  const mantissa = ((bits & ((1n << 52n) - 1n)) | (1n << 52n)) << (FRACTION_BITS - 52n) // in [1, 2)
  return exponent * LN_2 + logarithmOfRatio(((mantissa - ONE) << FRACTION_BITS) / (mantissa + ONE))
}

/** e^-r for 0 <= r < 1: Taylor on r / 2^8, then eight squarings. */
function exponential(r: bigint): bigint {
  const reduced = r >> 8n
  let term = ONE
  let sum = ONE
  for (let k = 1n; term !== 0n; k++) {
    term = -((term * reduced) >> FRACTION_BITS) / k
    sum += term
  }
  for (let squaring = 0; squaring < 8; squaring++) sum = (sum * sum) >> FRACTION_BITS
  return sum
}

/** Splits a fixed-point number times 2^-scale into its nearest double and the rest. */
function split(fixed: bigint, scale: bigint): DoubleDouble {
  const unit = 2 ** -Number(FRACTION_BITS)
  const rounded = Number(fixed)
  const rest = Number(fixed - BigInt(rounded))
  const factor = 2 ** -Number(scale)
  return { value: rounded * unit * factor, residual: rest * unit * factor }
}

/** A number in (2^-halvings / 2, 2^-halvings], its fixed-point part in (ONE / 2, ONE]. */
interface Power {
  readonly fixed: bigint
  readonly halvings: bigint
}

/** `base^(-numerator / denominator)` for the logarithm of the base. */
function powerOf(logBase: bigint, numerator: number, denominator: number): Power {
  const exponent = floorDivide(BigInt(numerator) * logBase, BigInt(denominator))
  const halvings = floorDivide(exponent, LN_2)
  return { fixed: exponential(exponent - halvings * LN_2), halvings }
}

/** The product of two powers; its error is a unit of 2^-192, or two. */
function product(a: Power, b: Power): Power {
  const fixed = (a.fixed * b.fixed) >> FRACTION_BITS
  const halvings = a.halvings + b.halvings
  return fixed > ONE >> 1n ? { fixed, halvings } : { fixed: fixed << 1n, halvings: halvings + 1n }
}

/**
 * `base^(-i/n)` for i = 0 ... pairs - 1: the inverse frequencies of the default schedule. One
 * exponential and a product per pair, since with dynamic NTK every decode step has a base of its
 * own; after 2^15 pairs the products are still good to 2^-175.
 *
 * @param base theta, a positive normal double
 * @param pairs how many
 * @param n what the exponents divide by; `pairs` when absent
 */
export function inversePowers(
  base: number,
  pairs: number,
  n: number = pairs,
): readonly DoubleDouble[] {
  const step = powerOf(logarithm(base), 1, n)
  let power: Power = { fixed: ONE, halvings: 0n }
  return Array.from({ length: pairs }, () => {
    const { fixed, halvings } = power
    power = product(power, step)
    return split(fixed, halvings)
  })
}

/**
 * `base^(-exponent / dim)` for a list of whole exponents, which may be negative.
 *
 * @param base a positive normal double
 * @param dim a whole number above 0
 */
export function inversePowersAt(
  base: number,
  exponents: readonly number[],
  dim: number,
): readonly DoubleDouble[] {
  const logBase = logarithm(base)
  return exponents.map((exponent) => {
    const { fixed, halvings } = powerOf(logBase, exponent, dim)
    return split(fixed, halvings)
  })
}
