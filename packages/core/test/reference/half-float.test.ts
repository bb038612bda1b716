/**
 * 16-bit floats over every pattern: what each stands for, that neighbours and the midpoints
 * between them round as nearest-even says, and what happens to NaN.
 */
import { describe, expect, test } from 'vitest'
import {
  decodeHalf,
  encodeHalf,
  type HalfFormat,
  narrowToHalf,
  widenHalf,
} from '../../src/reference/index.js'

interface Known {
  readonly format: HalfFormat
  readonly infinity: number
  readonly quiet: number
  /** [pattern, value] */
  readonly values: readonly (readonly [number, number])[]
  /** [value, the pattern it rounds to] */
  readonly rounded: readonly (readonly [number, number])[]
}

const KNOWN: readonly Known[] = [
  {
    format: 'float16',
    infinity: 0x7c00,
    quiet: 0x0200,
    values: [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0x3c01, 1.0009765625],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
    ],
    rounded: [
      [1 / 3, 0x3555],
      [65519.99999999999, 0x7bff],
      [65520, 0x7c00],
      [-1e300, 0xfc00],
      [2 ** -25, 0x0000],
      [-(2 ** -25), 0x8000],
      [2 ** -25 * (1 + 2 ** -52), 0x0001],
      [5e-324, 0x0000],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      // Through float32 these two would meet a tie that is not there, and round the wrong way.
      [1 + 2 ** -11 + 2 ** -40, 0x3c01],
      [1 + 3 * 2 ** -11 - 2 ** -40, 0x3c01],
    ],
  },
  {
    format: 'bfloat16',
    infinity: 0x7f80,
    quiet: 0x0040,
    values: [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -133],
      [0x007f, 127 * 2 ** -133],
      [0x0080, 2 ** -126],
      [0x3eab, 0.333984375],
      [0x3f80, 1],
      [0x4049, 3.140625],
      [0xc000, -2],
      [0x7f7f, 255 * 2 ** 120],
      [0x7f80, Number.POSITIVE_INFINITY],
      [0xff80, Number.NEGATIVE_INFINITY],
    ],
    rounded: [
      [1 / 3, 0x3eab],
      [511 * 2 ** 119 * (1 - 2 ** -53), 0x7f7f],
      [511 * 2 ** 119, 0x7f80],
      [-1e300, 0xff80],
      [2 ** -134, 0x0000],
      [-(2 ** -134), 0x8000],
      [2 ** -134 * (1 + 2 ** -52), 0x0001],
      [1 + 2 ** -8, 0x3f80],
      [1 + 3 * 2 ** -8, 0x3f82],
      [1 + 2 ** -8 + 2 ** -40, 0x3f81],
    ],
  },
]

const PATTERNS = Array.from({ length: 0x10000 }, (_, bits) => bits)

/** The float32 with these bits. */
function float32(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] ?? Number.NaN
}

/** The neighbour of a positive double, one step up or down. */
function neighbour(value: number, step: 1 | -1): number {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)
  bits[0] = (bits[0] ?? 0n) + BigInt(step)
  return new Float64Array(bits.buffer)[0] ?? Number.NaN
}

describe.each(KNOWN)('$format', ({ format, infinity, quiet, values, rounded }) => {
  const isNaNPattern = (bits: number): boolean => (bits & 0x7fff) > infinity
  const numbers = PATTERNS.filter((bits) => !isNaNPattern(bits))
  const nans = PATTERNS.filter(isNaNPattern)

  test.each(values)('pattern 0x%x is %s', (bits, value) => {
    expect(decodeHalf(bits, format)).toBe(value)
    expect(encodeHalf(value, format)).toBe(bits)
  })

  test.each(rounded)('%s rounds to 0x%x', (value, bits) => {
    expect(encodeHalf(value, format)).toBe(bits)
  })

  test('every number survives decoding and encoding', () => {
    expect(numbers.map((bits) => encodeHalf(decodeHalf(bits, format), format))).toEqual(numbers)
  })

  test('every number survives widening and narrowing, and widening keeps its value', () => {
    expect(numbers.map((bits) => narrowToHalf(widenHalf(bits, format), format))).toEqual(numbers)
    const widened = numbers.map((bits) => float32(widenHalf(bits, format)))
    expect(widened).toEqual(numbers.map((bits) => decodeHalf(bits, format)))
  })

  test('patterns 0 to infinity are in order of their values', () => {
    const ordered = PATTERNS.slice(0, infinity + 1).map((bits) => decodeHalf(bits, format))
    const rising = ordered.every((value, i) => i === 0 || value > (ordered[i - 1] ?? Number.NaN))
    expect(rising).toBe(true)
  })

  test('between two neighbours, only the exact midpoint goes to the even one', () => {
    const expected: number[][] = []
    const found = PATTERNS.slice(0, infinity - 1).map((bits) => {
      const middle = (decodeHalf(bits, format) + decodeHalf(bits + 1, format)) / 2
      expected.push([bits, bits + (bits & 1), bits + 1])
      return [neighbour(middle, -1), middle, neighbour(middle, 1)].map((v) => encodeHalf(v, format))
    })
    expect(found).toEqual(expected)
  })

  test('every NaN pattern is NaN, and NaN is the positive quiet one', () => {
    expect(nans.length).toBe(2 * (0x7fff - infinity))
    expect(nans.every((bits) => Number.isNaN(decodeHalf(bits, format)))).toBe(true)
    expect(encodeHalf(Number.NaN, format)).toBe(infinity | quiet)
  })

  test('bits of NaN keep sign and payload, and come back quiet', () => {
    const back = nans.map((bits) => narrowToHalf(widenHalf(bits, format), format))
    expect(back).toEqual(nans.map((bits) => bits | quiet))
  })

  test('a payload that is cut off leaves a NaN, not an infinity', () => {
    expect(narrowToHalf(0x7f800001, format)).toBe(infinity | quiet)
    expect(narrowToHalf(0xff800001, format)).toBe(0x8000 | infinity | quiet)
    expect(narrowToHalf(0x7fffffff, format)).toBe(0x7fff)
  })
})

test('a bfloat16 is the upper half of a float32', () => {
  const upper = PATTERNS.map((bits) => bits * 0x10000)
  expect(PATTERNS.map((bits) => widenHalf(bits, 'bfloat16'))).toEqual(upper)
})
