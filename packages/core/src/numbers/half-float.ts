/**
 * float16 and bfloat16: conversions between bits and numbers, scalar and in bulk.
 * Widening is exact; narrowing rounds once to nearest, ties to even. A NaN keeps its sign and the
 * top of its payload and becomes quiet. Integer arithmetic on the float32 bits, because that is
 * the one form every JavaScript engine compiles well and the C kernels can mirror.
 */

import { checkNumber, checkTypedArray, checkWord, reject } from '../check.js'
import { DTYPES, type DType, type Elements } from './dtype.js'

const FLOAT = new Float32Array(1)
const BITS = new Uint32Array(FLOAT.buffer)

function floatToBits(value: number): number {
  FLOAT[0] = value
  return BITS[0] as number
}

function bitsToFloat(bits: number): number {
  BITS[0] = bits
  return FLOAT[0] as number
}

/** The 16 bits of the bfloat16 nearest to `value` (which is first rounded to float32). */
export function encodeBFloat16(value: number): number {
  if (typeof value !== 'number') checkNumber(value, 'value')
  return narrowToBFloat16(floatToBits(value))
}

/** The value of a bfloat16 given by its 16 bits; exact. */
export function decodeBFloat16(bits: number): number {
  if (typeof bits !== 'number') checkNumber(bits, 'bits')
  return bitsToFloat(bits << 16)
}

/** The 16 bits of the float16 nearest to `value` (which is first rounded to float32). */
export function encodeFloat16(value: number): number {
  if (typeof value !== 'number') checkNumber(value, 'value')
  return narrowToFloat16(floatToBits(value))
}

/** The value of a float16 given by its 16 bits; exact. */
export function decodeFloat16(bits: number): number {
  if (typeof bits !== 'number') checkNumber(bits, 'bits')
  return bitsToFloat(widenFloat16(bits))
}

/** bfloat16 bits from float32 bits. Adding half a unit, less one when the result is even, rounds to nearest even. */
export function narrowToBFloat16(bits: number): number {
  if (typeof bits !== 'number') checkNumber(bits, 'bits')
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) | 0x40) & 0xffff
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

/** float16 bits from float32 bits. */
export function narrowToFloat16(bits: number): number {
  if (typeof bits !== 'number') checkNumber(bits, 'bits')
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude >= 0x47800000) {
    if (magnitude <= 0x7f800000) return sign | 0x7c00 // 65536 and above, infinity included
    return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff)
  }
  if (magnitude < 0x38800000) return sign | narrowToSubnormal(magnitude)
  // The exponent moves from bias 127 to 15; a carry out of the mantissa raises it, up to infinity.
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
}

/** Below 2^-14 the unit is 2^-24: shift the full mantissa down and round what falls off. */
function narrowToSubnormal(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23)
  if (shift > 24) return 0 // below 2^-25, which itself would tie to even 0
  const mantissa = (magnitude & 0x7fffff) | 0x800000
  const kept = mantissa >>> shift
  const rest = mantissa & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}

/** float32 bits from float16 bits. */
export function widenFloat16(bits: number): number {
  if (typeof bits !== 'number') checkNumber(bits, 'bits')
  const sign = (bits & 0x8000) << 16
  const exponent = (bits >>> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 31) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0
  if (mantissa === 0) return sign >>> 0
  const shift = Math.clz32(mantissa) - 21 // brings the leading one to bit 10
  return (sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13)) >>> 0
}

/** The arrays that hold a dtype, 16-bit floats as raw bits. */
const KINDS = {
  float64: ['Float64Array'],
  float32: ['Float32Array'],
  float16: ['Uint16Array'],
  bfloat16: ['Uint16Array'],
} as const

/**
 * A Float32Array with the values of `data`; exact for float32, float16 and bfloat16, rounded once
 * for float64. The data are raw bits when the dtype is 16 bits wide.
 *
 * @throws RopeError INVALID_OPTION for an unknown dtype, or data of another kind
 */
export function toFloat32Array(given: Elements, dtype: DType): Float32Array {
  checkWord(dtype, 'dtype', DTYPES)
  const data = checkTypedArray(given, 'data', KINDS[dtype])
  if (dtype === 'float32' || dtype === 'float64') return Float32Array.from(data)
  const decode = dtype === 'float16' ? decodeFloat16 : decodeBFloat16
  return Float32Array.from(data, decode)
}

/**
 * `values` in another dtype, each rounded once to nearest even; raw bits for 16-bit dtypes.
 *
 * @throws RopeError INVALID_OPTION for an unknown dtype
 */
export function fromFloat32Array(given: Float32Array, dtype: DType): Elements {
  const values = checkTypedArray(given, 'values', ['Float32Array'])
  switch (dtype) {
    case 'float64':
      return Float64Array.from(values)
    case 'float32':
      return values.slice()
    case 'float16':
      return Uint16Array.from(values, encodeFloat16)
    case 'bfloat16':
      return Uint16Array.from(values, encodeBFloat16)
    default:
      reject('INVALID_OPTION', 'dtype', dtype, 'float64, float32, float16, bfloat16')
  }
}
