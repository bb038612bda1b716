/**
 * The fast 16-bit conversions against the slow ones of the reference module: every pattern one
 * way; on the way back every boundary between two neighbours, from both sides, and random values.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as fast from '../../src/numbers/half-float.js'
import { decodeHalf, encodeHalf } from '../../src/reference/index.js'

const FORMATS = [
  ['float16', fast.decodeFloat16, fast.encodeFloat16],
  ['bfloat16', fast.decodeBFloat16, fast.encodeBFloat16],
] as const

describe.each(FORMATS)('%s', (format, decode, encode) => {
  test('all 65,536 patterns decode like the reference, and encode back to themselves', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = decode(bits)
      if (!Object.is(value, decodeHalf(bits, format)))
        expect.unreachable(`pattern ${bits} decodes to ${value}`)
      if (!Number.isNaN(value) && encode(value) !== bits)
        expect.unreachable(`pattern ${bits} encodes to ${encode(value)}`)
    }
  })

  test('every midpoint between neighbours ties to even, and its neighbours do not', () => {
    const nextFloat = (value: number, steps: number): number => {
      const float = Float32Array.of(value)
      const bits = new Int32Array(float.buffer)
      bits[0] = (bits[0] as number) + steps
      return float[0] as number
    }
    for (let bits = 0; bits < (format === 'float16' ? 0x7bff : 0x7f7f); bits++) {
      const middle = (decode(bits) + decode(bits + 1)) / 2
      if (Math.fround(middle) !== middle) continue
      for (const value of [middle, nextFloat(middle, 1), nextFloat(middle, -1), -middle]) {
        if (encode(value) !== encodeHalf(value, format))
          expect.unreachable(`${value} encodes to ${encode(value)}`)
      }
    }
  })

  test('any float32 encodes like the reference', () => {
    const float = fc.oneof(
      fc.float({ noNaN: true }),
      fc.float({ noNaN: true, min: -70000, max: 70000 }),
      fc.float({ noNaN: true, min: -Math.fround(1e-4), max: Math.fround(1e-4) }),
    )
    fc.assert(
      fc.property(float, (value) => encode(value) === encodeHalf(value, format)),
      { numRuns: 5000 },
    )
  })

  test('overflow, infinities and NaN', () => {
    expect(decode(encode(3.4e38)) >= (format === 'float16' ? Infinity : 3.3e38)).toBe(true)
    expect(decode(encode(-Infinity))).toBe(-Infinity)
    expect(decode(encode(Number.NaN))).toBeNaN()
    expect(Object.is(decode(encode(-0)), -0)).toBe(true)
  })
})

test('float16 overflows at 65520, the midpoint above its largest value', () => {
  expect(fast.decodeFloat16(fast.encodeFloat16(65519.99))).toBe(65504)
  expect(fast.decodeFloat16(fast.encodeFloat16(65520))).toBe(Infinity)
})

test('a NaN keeps its sign and the top of its payload, and becomes quiet', () => {
  expect(fast.narrowToFloat16(0xff812345)).toBe(0xfe09)
  expect(fast.narrowToBFloat16(0xff812345)).toBe(0xffc1)
  expect(fast.narrowToFloat16(0x7f800001)).toBe(0x7e00)
})

test('bulk conversions convert each element', () => {
  const values = Float32Array.of(1, -2.5, 65504, 1e-7)
  for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
    const stored = fast.fromFloat32Array(values, dtype)
    const back = fast.toFloat32Array(stored, dtype)
    back.forEach((value, i) => {
      expect(Math.abs(value - (values[i] as number))).toBeLessThanOrEqual(
        Math.abs(values[i] as number) / 128 + 2 ** -25,
      )
    })
    expect(fast.fromFloat32Array(back, dtype)).toEqual(stored)
  }
  expect(() => fast.fromFloat32Array(values, 'int8' as 'float16')).toThrow(/accepted/)
})
