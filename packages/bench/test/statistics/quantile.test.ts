import { describe, expect, test } from 'vitest'
import { ascending, median, quantile } from '../../src/statistics/quantile.js'

describe('quantile', () => {
  test('known answers', () => {
    const sorted = Float64Array.from([1, 2, 3, 4])
    expect(quantile(sorted, 0)).toBe(1)
    expect(quantile(sorted, 0.25)).toBe(1.75)
    expect(quantile(sorted, 0.5)).toBe(2.5)
    expect(quantile(sorted, 0.9)).toBeCloseTo(3.7, 12)
    expect(quantile(sorted, 1)).toBe(4)
  })

  test('of one value and of none', () => {
    expect(quantile(Float64Array.of(7), 0.1)).toBe(7)
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN()
  })

  test('numbers sort as numbers, and the input stays as it is', () => {
    const values = [10, 9, 100, 1]
    expect([...ascending(values)]).toEqual([1, 9, 10, 100])
    expect(values).toEqual([10, 9, 100, 1])
    expect(median(values)).toBe(9.5)
  })
})
