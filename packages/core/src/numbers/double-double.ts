/**
 * The two error-free transformations the angle arithmetic needs (Dekker 1971): JavaScript has no
 * fused multiply-add, so the part of a product that rounding drops is found by splitting.
 */

const SPLITTER = 2 ** 27 + 1

/**
 * What rounding dropped from `a * b`: exactly `a * b - product`, for `product = fl(a * b)`.
 * Exact while nothing over- or underflows (|a|, |b| below 2^996).
 */
export function productError(a: number, b: number, product: number): number {
  const aScaled = a * SPLITTER
  const aHigh = aScaled - (aScaled - a)
  const aLow = a - aHigh
  const bScaled = b * SPLITTER
  const bHigh = bScaled - (bScaled - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** `(value + residual) / divisor` as a double and the rest. */
export function divide(
  value: number,
  residual: number,
  divisor: number,
): { readonly value: number; readonly residual: number } {
  const quotient = value / divisor
  const back = quotient * divisor
  const remainder = value - back - productError(quotient, divisor, back) + residual
  return { value: quotient, residual: remainder / divisor }
}

/** `(value + residual) * factor` as a double and the rest. */
export function multiply(
  value: number,
  residual: number,
  factor: number,
): { readonly value: number; readonly residual: number } {
  const product = value * factor
  return { value: product, residual: productError(value, factor, product) + residual * factor }
}

/** A real number as the double nearest to it and the rest. */
export interface DoubleDouble {
  readonly value: number
  readonly residual: number
}

/** The sum of two such numbers (Knuth's error-free sum of the values, then the rests). */
export function sum(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const value = a.value + b.value
  const shifted = value - a.value
  const error = a.value - (value - shifted) + (b.value - shifted)
  return { value, residual: error + a.residual + b.residual }
}
