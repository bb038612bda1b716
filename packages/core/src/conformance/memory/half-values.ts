/**
 * float16 and bfloat16 for the suite's own loops: the value of every pattern, looked up, and the
 * nearest pattern of a number, rounded by an addition in double. It shares nothing with the integer
 * arithmetic that backends use, and its tests compare it with the reference on every pattern.
 */
import { FLOAT_FORMATS } from '../../reference/float-format.js'
import { decodeHalf, type HalfFormat } from '../../reference/half-float.js'

/** The two directions between patterns and numbers of one format. */
export interface HalfValues {
  /** The number of each of the 65,536 patterns. */
  readonly values: Float32Array
  /** The pattern nearest to a float32 value, ties to even; any NaN becomes one NaN. */
  readonly narrow: (value: number) => number
}

/** Adding and taking away this rounds a smaller number >= 0 to a whole one, ties to even. */
const WHOLE = 2 ** 52

const DOUBLE = new Float64Array(1)
const WORDS = new Uint32Array(DOUBLE.buffer)
/** The word of a double that holds its exponent. */
const TOP = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0

/** Powers of two by exponent, from -1100 on. */
const LOWEST = -1100
const POWERS: Float64Array = Float64Array.from({ length: 2200 }, (_, i) => 2 ** (LOWEST + i))

function narrowing(format: HalfFormat): HalfValues['narrow'] {
  const { precision, smallest, overflow } = FLOAT_FORMATS[format]
  const width = 2 ** (precision - 1)
  const lowest = smallest + precision - 1 // exponent of the smallest normal number
  const infinity = (overflow - lowest + 1) * width
  return (value) => {
    if (Number.isNaN(value)) return infinity + width / 2
    DOUBLE[0] = value
    const top = WORDS[TOP] as number
    const exponent = Math.max(((top >>> 20) & 0x7ff) - 1023, lowest)
    const units = Math.abs(value) * (POWERS[precision - 1 - exponent - LOWEST] as number)
    // A normal number has `width` units or more, one binade above the last; a carry does the rest.
    const pattern = (exponent - lowest) * width + (units + WHOLE - WHOLE)
    return (top >>> 31) * 0x8000 + Math.min(pattern, infinity)
  }
}

function makeValues(format: HalfFormat): HalfValues {
  const values = Float32Array.from({ length: 65536 }, (_, bits) => decodeHalf(bits, format))
  return { values, narrow: narrowing(format) }
}

const MADE = new Map<HalfFormat, HalfValues>()

/** Both directions of a format, made on first use. */
export function halfValues(format: HalfFormat): HalfValues {
  const made = MADE.get(format) ?? makeValues(format)
  MADE.set(format, made)
  return made
}
