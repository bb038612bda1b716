/**
 * float16 and bfloat16, one number at a time, by the definition of a floating-point number
 * (IEEE 754-2019, section 3.4) and exact integer arithmetic: slow, and sharing nothing with the
 * fast conversions that are compared with it. Every rounding is to nearest, ties to even.
 */
import { fromDouble, roundTo } from './big.js'
import { FLOAT_FORMATS } from './float-format.js'

/** The two 16-bit formats. */
export type HalfFormat = 'float16' | 'bfloat16'

/** Bits of the fraction field; the exponent field has the other 15. */
const FRACTION_BITS: Readonly<Record<HalfFormat, number>> = { float16: 10, bfloat16: 7 }

/** The three fields of a 16-bit pattern. */
interface Fields {
  readonly sign: 1 | -1
  readonly exponent: number
  readonly fraction: number
}

function split(bits: number, format: HalfFormat): Fields {
  const width = 2 ** FRACTION_BITS[format]
  return {
    sign: bits >= 0x8000 ? -1 : 1,
    exponent: Math.floor((bits % 0x8000) / width),
    fraction: bits % width,
  }
}

/** The exponent field of infinity and NaN: all ones. */
function lastExponent(format: HalfFormat): number {
  return 2 ** (15 - FRACTION_BITS[format]) - 1
}

/** The pattern of +Infinity; the patterns above it, up to 0x7fff, are NaN. */
function infinityBits(format: HalfFormat): number {
  return lastExponent(format) * 2 ** FRACTION_BITS[format]
}

/** The bit that makes a NaN quiet: the first of the fraction. */
function quietBit(format: HalfFormat): number {
  return 2 ** (FRACTION_BITS[format] - 1)
}

/**
 * The number that a 16-bit pattern stands for, exactly. Every NaN pattern gives NaN; a JavaScript
 * number shows neither the sign nor the payload of a NaN (`widenHalf` keeps both).
 *
 * @param bits 0 to 0xffff
 */
export function decodeHalf(bits: number, format: HalfFormat): number {
  const { sign, exponent, fraction } = split(bits, format)
  const { smallest } = FLOAT_FORMATS[format]
  if (exponent === lastExponent(format)) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  }
  if (exponent === 0) return sign * fraction * 2 ** smallest
  return sign * (2 ** FRACTION_BITS[format] + fraction) * 2 ** (smallest + exponent - 1)
}

/**
 * The pattern nearest to a double, ties to even, rounded once from its exact value. Too large
 * becomes infinite, too small becomes a zero of the same sign, and NaN becomes the positive quiet
 * NaN without payload: 0x7e00 in float16, 0x7fc0 in bfloat16.
 */
export function encodeHalf(value: number, format: HalfFormat): number {
  if (Number.isNaN(value)) return infinityBits(format) + quietBit(format)
  const signBit = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  const rounded = size === Infinity ? size : roundTo(fromDouble(size), FLOAT_FORMATS[format])
  return signBit + (rounded === Infinity ? infinityBits(format) : patternOf(rounded, format))
}

/** The pattern of a finite number >= 0 that the format holds exactly: the inverse of decodeHalf. */
function patternOf(value: number, format: HalfFormat): number {
  const width = 2 ** FRACTION_BITS[format]
  const units = value / 2 ** FLOAT_FORMATS[format].smallest
  const binade = Math.max(0, Math.floor(Math.log2(units)) - FRACTION_BITS[format])
  return units < width ? units : binade * width + units / 2 ** binade
}

/**
 * The float32 pattern of a 16-bit pattern. NaN keeps its sign and its payload, which moves to the
 * top of the wider fraction.
 *
 * @param bits 0 to 0xffff
 */
export function widenHalf(bits: number, format: HalfFormat): number {
  const { sign, fraction } = split(bits, format)
  const value = decodeHalf(bits, format)
  if (!Number.isNaN(value)) return float32Bits(value)
  const payload = fraction * 2 ** (23 - FRACTION_BITS[format])
  return (sign < 0 ? 0x80000000 : 0) + 0x7f800000 + payload
}

/**
 * The 16-bit pattern nearest to a float32 pattern, ties to even. NaN keeps its sign and the top of
 * its payload, and becomes quiet (so a payload that is cut off never turns into infinity).
 *
 * @param bits 0 to 0xffffffff
 */
export function narrowToHalf(bits: number, format: HalfFormat): number {
  const signBit = bits >= 0x80000000 ? 0x8000 : 0
  const value = float32Value(bits)
  if (!Number.isNaN(value)) return encodeHalf(value, format)
  const payload = Math.floor((bits % 2 ** 23) / 2 ** (23 - FRACTION_BITS[format]))
  const quiet = payload < quietBit(format) ? quietBit(format) : 0
  return signBit + infinityBits(format) + payload + quiet
}

function float32Bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  return view.getUint32(0)
}

function float32Value(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, bits)
  return view.getFloat32(0)
}
