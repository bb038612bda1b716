/**
 * cos and sin rows: exact ones against the angle's definition, float32 ones against the errors
 * that float32 models are known to make, axes and the attention factor in both.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RopeConfig } from '../../src/config/config.js'
import {
  cosSin,
  exactAngle,
  exactAngles,
  exactPower,
  exactRows,
  float32Angles,
  float32Frequencies,
  oracleRows,
  toDouble,
} from '../../src/reference/index.js'

const base: RopeConfig = {
  headDim: 128,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
  rotaryDim: 128,
  windowOffset: 0,
  axes: null,
  angles: 'exact',
}

const float32: RopeConfig = { ...base, angles: 'float32' }

const custom = (inverseFrequencies: number[], attentionFactor = 1): RopeConfig => ({
  ...base,
  headDim: 2 * inverseFrequencies.length,
  rotaryDim: 2 * inverseFrequencies.length,
  schedule: { type: 'custom', inverseFrequencies, attentionFactor },
})

const worstGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))))

describe('exact', () => {
  test('a row is one position, a column one pair', () => {
    const rows = oracleRows(base, [[5, -7]], 'float64')
    expect(rows.cos).toHaveLength(128)
    const { cos, sin } = cosSin(exactAngle(-7, exactPower(10000, 3, 128)))
    expect(rows.cos[64 + 3]).toBe(cos)
    expect(rows.sin[64 + 3]).toBe(sin)
  })

  test('float32 rows are the exact values rounded, within half a unit of float32', () => {
    const positions = [[0, 1, 2147483647, -1048575.5]]
    const single = oracleRows(base, positions, 'float32')
    const double = oracleRows(base, positions, 'float64')
    expect(single.cos).toBeInstanceOf(Float32Array)
    expect(double.cos).toBeInstanceOf(Float64Array)
    expect(worstGap(single.cos, double.cos)).toBeLessThanOrEqual(2 ** -25)
    expect(worstGap(single.sin, double.sin)).toBeLessThanOrEqual(2 ** -25)
  })

  test('position 0 is cos 1 and sin 0', () => {
    const rows = oracleRows(base, [[0]], 'float64')
    expect(new Set(rows.cos)).toEqual(new Set([1]))
    expect(new Set(rows.sin)).toEqual(new Set([0]))
  })

  test('the attention factor multiplies the exact value before the one rounding', () => {
    const plain = oracleRows(custom([1]), [[1]], 'float64')
    const scaled = oracleRows(custom([1], 0.1), [[1]], 'float64')
    // cos 1 * 0.1 rounded twice is 0.05403023058681398; the exact product rounds elsewhere.
    expect(scaled.sin[0]).toBeCloseTo(0.1 * Math.sin(1), 15)
    expect(
      worstGap(
        scaled.cos,
        plain.cos.map((value) => value * 0.1),
      ),
    ).toBeLessThan(2 ** -56)
  })
})

describe('axes', () => {
  const frequencies = [1, 0.5, 0.25, 0.125]

  test('one-hot: every pair follows its own axis', () => {
    const config: RopeConfig = {
      ...custom(frequencies),
      axes: { kind: 'one-hot', count: 3, axisOfPair: [0, 2, 1, 2] },
    }
    const angles = exactAngles(config, [
      [10, 1],
      [20, 2],
      [40, 3],
    ]).map(toDouble)
    expect(angles).toEqual([10, 20, 5, 5, 1, 1.5, 0.5, 0.375])
  })

  test('dense: every pair follows a weighted sum of the axes', () => {
    const weights = [
      [1, 0.5, 0, -1],
      [0, 0.5, 2, 1],
    ]
    const config: RopeConfig = { ...custom(frequencies), axes: { kind: 'dense', weights } }
    const angles = exactAngles(config, [[8], [4]]).map(toDouble)
    expect(angles).toEqual([8, 3, 2, -0.5])
    expect(Array.from(float32Angles(config, [[8], [4]]))).toEqual([8, 3, 2, -0.5])
  })

  test('dense weights of 1 and 0 are one-hot', () => {
    const oneHot: RopeConfig = {
      ...custom(frequencies),
      axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 1, 0] },
    }
    const weights = [
      [1, 0, 0, 1],
      [0, 1, 1, 0],
    ]
    const dense: RopeConfig = { ...oneHot, axes: { kind: 'dense', weights } }
    const position = fc.double({ min: -1e9, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(position, position, fc.constantFrom('exact', 'float32'), (a, b, angles) => {
        const rows = oracleRows({ ...oneHot, angles }, [[a], [b]], 'float32')
        expect(oracleRows({ ...dense, angles }, [[a], [b]], 'float32')).toEqual(rows)
      }),
    )
  })

  test.each([
    ['no positions', []],
    ['one axis too many', [[1], [2], [3]]],
    ['axes of different lengths', [[1], [2, 3]]],
  ])('%s: refused', (_, positions) => {
    const axes = { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 1, 0] } as const
    expect(() => oracleRows({ ...custom(frequencies), axes }, positions, 'float64')).toThrow(
      expect.objectContaining({ code: 'INVALID_POSITIONS', field: 'positions' }),
    )
  })
})

describe('float32 angles', () => {
  const positions = fc.double({ min: -1e6, max: 1e6, noNaN: true })

  test('are the float32 product of float32(position) and the float32 frequency', () => {
    const frequencies = float32Frequencies(base.schedule, 64)
    fc.assert(
      fc.property(positions, (position) => {
        // The rows tell no -0 from 0; adding 0 makes them one.
        const expected = frequencies.map((f) => Math.fround(position) * f).map((a) => a + 0)
        expect(float32Angles(float32, [[position]])).toEqual(expected)
      }),
    )
    expect(float32Angles(float32, [[16777217]])[0]).toBe(16777216)
  })

  test('dense axes: every weight, product and sum is rounded, first axis first', () => {
    // Sevenths of whole numbers: alike in size, so that every rounding shows, and never exact.
    const weight = fc.integer({ min: 1, max: 20 }).map((n) => n / 7)
    const place = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 7)
    const three = fc.tuple(weight, weight, weight)
    fc.assert(
      fc.property(three, fc.tuple(place, place, place), (weights, at) => {
        const config: RopeConfig = {
          ...custom([Math.PI]),
          axes: { kind: 'dense', weights: weights.map((value) => [value]) },
        }
        const step = (a: number, b: number): number => Math.fround(Math.fround(a) * Math.fround(b))
        const terms = weights.map((value, a) => step(at[a] ?? 0, step(value, Math.PI)))
        const [first = 0, second = 0, third = 0] = terms
        const angles = float32Angles(
          config,
          at.map((position) => [position]),
        )
        expect(angles[0]).toBe(Math.fround(Math.fround(first + second) + third) + 0)
      }),
      { numRuns: 500 },
    )
  })

  test('lose what the exact rows keep: the error grows with the position', () => {
    const positions = [511, 4095, 32767, 1048575]
    const errors = positions.map((position) => {
      const rows = oracleRows(float32, [[position]], 'float32')
      const truth = exactRows(float32, [[position]], 'float64')
      return Math.max(worstGap(rows.cos, truth.cos), worstGap(rows.sin, truth.sin))
    })
    // Half a unit of the frequency and half a unit of the angle, each 2^-24 of the angle, at most
    // three times for the frequency (power, reciprocal, and the exponent is exact here).
    positions.forEach((position, i) => {
      expect(errors[i]).toBeLessThan(4 * 2 ** -24 * position)
      expect(errors[i]).toBeGreaterThan(2 ** -26 * position)
    })
  })

  test('cos and sin are float32, then the float32 factor rounds once more', () => {
    const factors = fc.double({ min: 0.1, max: 2, noNaN: true })
    fc.assert(
      fc.property(factors, (factor) => {
        const config: RopeConfig = { ...custom([1], factor), angles: 'float32' }
        const rows = oracleRows(config, [[1]], 'float32')
        const scaled = (value: number): number =>
          Math.fround(Math.fround(value) * Math.fround(factor))
        expect(rows.cos[0]).toBe(scaled(Math.cos(1)))
        expect(rows.sin[0]).toBe(scaled(Math.sin(1)))
      }),
    )
  })

  test('rows for float64 tensors are the same values, widened', () => {
    const single = oracleRows(float32, [[131071]], 'float32')
    const double = oracleRows(float32, [[131071]], 'float64')
    expect(double.cos).toBeInstanceOf(Float64Array)
    expect(Array.from(double.cos)).toEqual(Array.from(single.cos))
    expect(Array.from(double.sin)).toEqual(Array.from(single.sin))
  })
})
