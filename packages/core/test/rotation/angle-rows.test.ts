/**
 * The error bound of cos and sin rows, against arbitrary precision, at every distance.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cosSin, exactAngle, exactPower, fromDouble } from '../../src/reference/index.js'
import { exactRows, float32Rows } from '../../src/rotation/angle-rows.js'
import { turnRates } from '../../src/rotation/turns.js'
import { defaultFrequencies } from '../../src/schedule/default.js'

const PAIRS = 16
/** Two table entries, each within 2^-52, and one complex product. */
const DOUBLE_BOUND = 2 ** -50

function worstError(base: number, position: number): number {
  const frequencies = defaultFrequencies(base, PAIRS)
  const rows = exactRows(turnRates(frequencies.inverseFrequencies, frequencies.residuals))
  const cos = new Float64Array(PAIRS)
  const sin = new Float64Array(PAIRS)
  rows.row(position, cos, sin)
  return Math.max(
    ...Array.from(cos, (value, i) => {
      const truth = cosSin(exactAngle(position, exactPower(base, i, 2 * PAIRS)))
      return Math.max(Math.abs(value - truth.cos), Math.abs((sin[i] as number) - truth.sin))
    }),
  )
}

describe('exact rows', () => {
  const landmarks = [0, 1, 63, 64, 65, 4095, 131071, 1048576, 16777217, 2 ** 31 - 1, 2 ** 31]
  test.each(
    landmarks.flatMap((position) => [position, -position, position + 0.5, -position - 0.3]),
  )('position %d is within 2^-50 of the truth', (position) => {
    expect(worstError(10000, position)).toBeLessThanOrEqual(DOUBLE_BOUND)
    expect(worstError(500000, position)).toBeLessThanOrEqual(DOUBLE_BOUND)
  })

  test('any position up to 2^31 and any base', () => {
    const position = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
      fc.double({ min: -(2 ** 31), max: 2 ** 31, noNaN: true }),
    )
    const base = fc.constantFrom(100, 1000, 10000, 150000, 500000, 1e6, 11158840, 1e8)
    fc.assert(
      fc.property(position, base, (where, theta) => worstError(theta, where) <= DOUBLE_BOUND),
      { numRuns: 150 },
    )
  })

  test('rows do not depend on the order in which they are asked for', () => {
    const frequencies = defaultFrequencies(10000, PAIRS)
    const rates = turnRates(frequencies.inverseFrequencies, frequencies.residuals)
    const used = exactRows(rates)
    const ask = (rows: typeof used, position: number): readonly number[] => {
      const cos = new Float64Array(PAIRS)
      const sin = new Float64Array(PAIRS)
      rows.row(position, cos, sin)
      return [...cos, ...sin]
    }
    for (let position = -5000; position < 5000; position += 7) ask(used, position)
    for (const position of [0, 64 * 32, 64, -1, 4999, 77]) {
      expect(ask(used, position)).toEqual(ask(exactRows(rates), position))
    }
  })
})

describe('float32 rows', () => {
  test('cos and sin of the float32 product, each rounded once', () => {
    const frequencies = Float32Array.of(1, 0.8, 0.01, 1e-4)
    const rows = float32Rows(frequencies)
    const cos = new Float64Array(4)
    const sin = new Float64Array(4)
    for (const position of [0, 3, 4095, 131071, 1048575, 16777217, -31.7]) {
      rows.row(position, cos, sin)
      frequencies.forEach((frequency, i) => {
        const angle = Math.fround(Math.fround(position) * frequency)
        const truth = cosSin(fromDouble(angle))
        expect(cos[i]).toBe(Math.fround(truth.cos))
        expect(sin[i]).toBe(Math.fround(truth.sin))
      })
    }
  })
})
