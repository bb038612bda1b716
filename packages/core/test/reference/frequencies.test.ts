/**
 * Frequencies in double, exactly and in float32, for every schedule.
 */
import { describe, expect, test } from 'vitest'
import {
  attentionFactor,
  exactFrequencies,
  float32Frequencies,
  inverseFrequencies,
  toDouble,
} from '../../src/reference/index.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'
import { FREQUENCY_VECTORS } from '../fixtures/default-frequencies.js'

const exact = (schedule: ScheduleOptions, pairs: number): number[] =>
  exactFrequencies(schedule, pairs).map(toDouble)

describe.each(FREQUENCY_VECTORS)('default, base $base, dim $dim', (vector) => {
  const schedule: ScheduleOptions = { type: 'default', base: vector.base }
  const expected = vector.inverseFrequencies
  const pairs = vector.dim / 2

  test('the exact frequencies round to the expected doubles', () => {
    expect(exact(schedule, pairs)).toEqual(expected)
  })

  test('plain Math is within its own rounding errors', () => {
    // -2i/d is off by 2^-53 of itself, which base^x turns into ln(base) * 2^-53; pow adds a unit.
    const bound = (Math.log(vector.base) + 2) * 2 ** -53
    const found = inverseFrequencies(schedule, pairs)
    const errors = expected.map((value, i) => Math.abs((found[i] ?? Number.NaN) / value - 1))
    expect(found).toHaveLength(pairs)
    expect(Math.max(...errors)).toBeLessThanOrEqual(bound + 2 ** -53)
  })

  test('float32 is within its own rounding errors', () => {
    // The exponent 2i/d is off by 2^-24, which base^x turns into ln(base) * 2^-24; then the power,
    // the reciprocal and the quotient by 1 round once each.
    const bound = (Math.log(vector.base) + 3) * 2 ** -24
    const found = float32Frequencies(schedule, pairs)
    const errors = expected.map((value, i) => Math.abs((found[i] ?? Number.NaN) / value - 1))
    expect(found).toHaveLength(pairs)
    expect(Math.max(...errors)).toBeLessThanOrEqual(bound)
    expect(found[0]).toBe(1)
  })
})

describe('float32', () => {
  /** The operations of PyTorch, one by one; plain Math is precise enough for float32 powers. */
  function chain(base: number, factor: number, pairs: number): number[] {
    const base32 = Math.fround(base)
    const factor32 = Math.fround(factor)
    return Array.from({ length: pairs }, (_, i) => {
      const exponent = Math.fround((2 * i) / (2 * pairs))
      const inverse = Math.fround(1 / Math.fround(base32 ** exponent))
      return Math.fround(inverse / factor32)
    })
  }

  // 763.1 and 0.3 are not float32 numbers, and 2i/22 is not one either.
  test.each([
    [10000, 64],
    [500000, 64],
    [1e6, 128],
    [763.1, 11],
    [763.1, 64],
  ])('base %s, %d pairs: every operation rounds once', (base, pairs) => {
    const plain = float32Frequencies({ type: 'default', base }, pairs)
    expect(Array.from(plain)).toEqual(chain(base, 1, pairs))
    const divided = float32Frequencies({ type: 'linear', base, factor: 0.3 }, pairs)
    expect(Array.from(divided)).toEqual(chain(base, 0.3, pairs))
  })
})

describe('linear', () => {
  const schedule: ScheduleOptions = { type: 'linear', base: 1e6, factor: 8 }
  const plain: ScheduleOptions = { type: 'default', base: 1e6 }

  test('divides every default frequency by the factor', () => {
    const eighth = (values: Iterable<number>): number[] => Array.from(values, (value) => value / 8)
    expect(exact(schedule, 64)).toEqual(eighth(exact(plain, 64)))
    expect(Array.from(inverseFrequencies(schedule, 64))).toEqual(
      eighth(inverseFrequencies(plain, 64)),
    )
    expect(Array.from(float32Frequencies(schedule, 64))).toEqual(
      eighth(float32Frequencies(plain, 64)),
    )
  })
})

describe('custom', () => {
  const given = [1, 0.1, 1e-300, 0, -0.25]
  const schedule: ScheduleOptions = { type: 'custom', inverseFrequencies: given }

  test('is what the user gave', () => {
    expect(Array.from(inverseFrequencies(schedule, 5))).toEqual(given)
    expect(exact(schedule, 5)).toEqual(given)
    expect(Array.from(float32Frequencies(schedule, 5))).toEqual([1, Math.fround(0.1), 0, 0, -0.25])
  })

  test('a list that is too short is refused', () => {
    expect(() => exactFrequencies(schedule, 6)).toThrow(
      expect.objectContaining({ code: 'INVALID_TENSOR' }),
    )
  })

  test('has the attention factor it states, 1 otherwise', () => {
    expect(attentionFactor(schedule)).toBe(1)
    expect(attentionFactor({ ...schedule, attentionFactor: 1.25 })).toBe(1.25)
    expect(attentionFactor({ type: 'default', base: 10000 })).toBe(1)
  })
})
