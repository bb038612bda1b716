/**
 * Oracle 2, "model": the arithmetic that every CPU backend must reproduce bit for bit, given the
 * same cos and sin rows. float32: each product and each sum rounded once, nothing fused. float16
 * and bfloat16: widened exactly, rotated in float32, rounded once to nearest even. float64: double.
 */

import { show } from '../check.js'
import { RopeError } from '../errors.js'
import type { DType, Elements } from '../numbers/dtype.js'
import { at } from './element.js'
import { decodeHalf, encodeHalf } from './half-float.js'
import { checkSizes, type LogicalSizes, type LogicalWindow, pairPlaces } from './logical-tensor.js'

/** How numbers of a dtype are read, rounded after each operation, and written. */
interface Arithmetic {
  readonly read: (stored: number) => number
  readonly round: (exact: number) => number
  readonly write: (value: number) => number
}

const keep = (value: number): number => value

/**
 * Rounding a double result to float32 is one rounding: a product of two float32 numbers is exact
 * in double, and a double holds enough bits (2 * 24 + 2 <= 53) for the sum of two as well.
 */
const ARITHMETIC: Readonly<Record<DType, Arithmetic>> = {
  float64: { read: keep, round: keep, write: keep },
  float32: { read: keep, round: Math.fround, write: keep },
  float16: halfArithmetic('float16'),
  bfloat16: halfArithmetic('bfloat16'),
}

function halfArithmetic(format: 'float16' | 'bfloat16'): Arithmetic {
  return {
    read: (bits) => decodeHalf(bits, format),
    round: Math.fround,
    write: (value) => encodeHalf(value, format),
  }
}

const ARRAYS: Readonly<Record<DType, string>> = {
  float64: 'Float64Array',
  float32: 'Float32Array',
  float16: 'Uint16Array',
  bfloat16: 'Uint16Array',
}

function checkArray(x: Elements, dtype: DType): void {
  const kind = Object.prototype.toString.call(x).slice(8, -1)
  if (kind === ARRAYS[dtype]) return
  throw new RopeError('INVALID_TENSOR', `x is ${show(x)}; ${dtype} needs a ${ARRAYS[dtype]}`, {
    field: 'x',
  })
}

/**
 * Rotates as the specification's arithmetic does, with ready rows:
 *
 *     x' = round(round(x cos) - d round(y sin)),  y' = round(round(y cos) + d round(x sin))
 *
 * @param x a dense row-major [batch, tokens, heads, headDim] tensor; bits for the 16-bit dtypes
 * @param rows cos and sin, [batch * tokens, rotaryDim / 2], attention factor included: float32
 * values, or doubles for float64
 * @param direction 1 rotates forward; -1 rotates back
 * @returns a new array of the same kind; channels outside the window are copied bit for bit
 * @throws RopeError INVALID_TENSOR when lengths, sizes, dtype and array do not fit together
 */
export function modelRotate<Data extends Elements>(
  x: Data,
  dtype: DType,
  sizes: LogicalSizes,
  window: LogicalWindow,
  rows: { readonly cos: ArrayLike<number>; readonly sin: ArrayLike<number> },
  direction: 1 | -1,
): Data {
  checkArray(x, dtype)
  checkSizes(sizes, window, x.length, Math.min(rows.cos.length, rows.sin.length))
  const { read, round, write } = ARITHMETIC[dtype]
  const out = x.slice() as Data
  for (const place of pairPlaces(sizes, window)) {
    const cos = at(rows.cos, place.turn)
    const sin = direction * at(rows.sin, place.turn)
    const real = read(at(x, place.x))
    const imaginary = read(at(x, place.y))
    out[place.x] = write(round(round(real * cos) - round(imaginary * sin)))
    out[place.y] = write(round(round(imaginary * cos) + round(real * sin)))
  }
  return out
}
