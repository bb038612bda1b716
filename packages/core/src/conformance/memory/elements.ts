/**
 * Elements as the suite handles them: raw memory of any dtype, read and written as numbers, and
 * compared as bits. 16-bit floats are always bits in a Uint16Array here.
 */
import type { DType, Elements } from '../../numbers/dtype.js'
import { encodeBFloat16, encodeFloat16 } from '../../numbers/half-float.js'
import { halfValues } from './half-values.js'

/** An array of `length` zeros over `buffer`, or over a new one. */
export function createElements(dtype: DType, length: number, buffer?: ArrayBufferLike): Elements {
  const Kind = dtype === 'float64' ? Float64Array : dtype === 'float32' ? Float32Array : Uint16Array
  return new Kind((buffer ?? new ArrayBuffer(length * Kind.BYTES_PER_ELEMENT)) as ArrayBuffer)
}

/** The value of one element, exact. */
export function decode(dtype: DType, raw: number): number {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return raw
  return halfValues(dtype).values[raw] as number
}

/** The element nearest to a number, ties to even. */
export function encode(dtype: DType, value: number): number {
  if (dtype === 'float16') return encodeFloat16(value)
  return dtype === 'bfloat16' ? encodeBFloat16(value) : value
}

/** Numbers as elements of a dtype. */
export function elementsFrom(dtype: DType, values: ArrayLike<number>): Elements {
  const elements = createElements(dtype, values.length)
  for (let i = 0; i < values.length; i++) elements[i] = encode(dtype, values[i] as number)
  return elements
}

/** Elements as numbers, exact. */
export function toNumbers(dtype: DType, elements: Elements): Float64Array {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return new Float64Array(elements)
  const { values } = halfValues(dtype)
  const numbers = new Float64Array(elements.length)
  for (let i = 0; i < numbers.length; i++) numbers[i] = values[elements[i] as number] as number
  return numbers
}

/** The bytes of an array's memory; writing to them writes to the array. */
export function bytesOf(elements: Elements): Uint8Array {
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)
}

/** The bits of an array's elements as integers that compare exactly, NaN payloads included. */
export function bitsOf(elements: Elements): Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, length } = elements
  if (elements instanceof Float64Array) return new BigUint64Array(buffer, byteOffset, length)
  if (elements instanceof Float32Array) return new Uint32Array(buffer, byteOffset, length)
  return elements
}

/**
 * The same bits as small integers, which are compared faster than 64-bit ones: an element of
 * float64 is two of them.
 */
export function wordsOf(elements: Elements): Uint16Array | Uint32Array {
  const { buffer, byteOffset, byteLength } = elements
  return elements instanceof Uint16Array
    ? elements
    : new Uint32Array(buffer, byteOffset, byteLength / 4)
}

/** The first element from which two arrays of one dtype and length differ in their bits, or -1. */
export function firstDifference(one: Elements, other: Elements): number {
  const size = one.BYTES_PER_ELEMENT
  const isAligned = (one.byteOffset | other.byteOffset) % 4 === 0
  const count = isAligned ? Math.floor(one.byteLength / 4) : 0
  const a = new Int32Array(one.buffer, isAligned ? one.byteOffset : 0, count)
  const b = new Int32Array(other.buffer, isAligned ? other.byteOffset : 0, count)
  let same = 0
  while (same < count && a[same] === b[same]) same++
  if (size >= 4) return same === count ? -1 : Math.floor((4 * same) / size)
  for (let i = 2 * same; i < one.length; i++) if (one[i] !== other[i]) return i
  return -1
}

/** A copy with its own memory, bit for bit. */
export function copyElements(elements: Elements): Elements {
  const bytes = bytesOf(elements).slice()
  if (elements instanceof Float64Array) return new Float64Array(bytes.buffer)
  return elements instanceof Float32Array
    ? new Float32Array(bytes.buffer)
    : new Uint16Array(bytes.buffer)
}

/** How an element looks in a message: its value and, where that says more, its bits. */
export function showElement(dtype: DType, elements: Elements, index: number): string {
  const bits = bitsOf(elements)[index] as number | bigint
  return `${decode(dtype, elements[index] as number)} (0x${bits.toString(16)})`
}
