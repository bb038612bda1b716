/**
 * The element types a safetensors file may hold: their widths, and which of them RoPE rotates.
 * THE place for a type that the format adds.
 */
import type { DType } from '../../numbers/dtype.js'

/** Bits of one element of every type of the format, in the order its documentation lists them. */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

/** The name of an element type in a safetensors header. */
export type SafetensorsDType = keyof typeof BITS

/** Every element type of the format. */
export const SAFETENSORS_DTYPES: readonly SafetensorsDType[] = Object.keys(
  BITS,
) as SafetensorsDType[]

const ROPE_DTYPES: ReadonlyMap<SafetensorsDType, DType> = new Map<SafetensorsDType, DType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
])

/** The dtype that RoPE rotates a tensor of this type as; null for a type it does not rotate. */
export function elementTypeOf(dtype: SafetensorsDType): DType | null {
  return ROPE_DTYPES.get(dtype) ?? null
}

/** True when `name` is an element type of the format. */
export function isSafetensorsDType(name: unknown): name is SafetensorsDType {
  return typeof name === 'string' && Object.hasOwn(BITS, name)
}

/** Bits of one element. */
export function bitsPerElement(dtype: SafetensorsDType): number {
  return BITS[dtype]
}

/**
 * Bytes of a tensor of this type and shape, with a fraction when its bits do not fill the last
 * one, or null when there are too many to count exactly. A product that leaves the safe integers is caught at that factor,
 * since rounding is monotonic: no product of safe integers above 2^53 - 1 rounds below it.
 */
export function byteLengthOf(dtype: SafetensorsDType, shape: readonly number[]): number | null {
  if (shape.includes(0)) return 0
  let bits = bitsPerElement(dtype)
  for (const size of shape) {
    bits *= size
    if (!Number.isSafeInteger(bits)) return null
  }
  return bits / 8
}
