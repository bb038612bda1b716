/**
 * The four binary floating-point formats as three numbers each (IEEE 754-2019, table 3.5; bfloat16
 * is the upper half of a float32). The oracles round exact values to them; nothing here computes.
 */
import type { DType } from '../numbers/dtype.js'

/** A binary floating-point format. */
export interface FloatFormat {
  /** Significant bits of a normal number, the hidden one included. */
  readonly precision: number
  /** The smallest positive (subnormal) number is `2^smallest`. */
  readonly smallest: number
  /** Numbers that round to `2^overflow` or more are infinite. */
  readonly overflow: number
}

/** IEEE binary64. */
export const FLOAT64: FloatFormat = { precision: 53, smallest: -1074, overflow: 1024 }

/** IEEE binary32. */
export const FLOAT32: FloatFormat = { precision: 24, smallest: -149, overflow: 128 }

/** IEEE binary16. */
const FLOAT16: FloatFormat = { precision: 11, smallest: -24, overflow: 16 }

/** The upper 16 bits of a binary32. */
const BFLOAT16: FloatFormat = { precision: 8, smallest: -133, overflow: 128 }

/** The format of each dtype. */
export const FLOAT_FORMATS: Readonly<Record<DType, FloatFormat>> = {
  float64: FLOAT64,
  float32: FLOAT32,
  float16: FLOAT16,
  bfloat16: BFLOAT16,
}
