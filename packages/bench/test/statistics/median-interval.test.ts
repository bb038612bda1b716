/**
 * Known answers: the depths d of the sign test's interval, as printed in tables of nonparametric
 * statistics, and the binomial sums behind them worked out by hand.
 */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random.js'
import { intervalDepth, medianInterval } from '../../src/statistics/median-interval.js'

describe('median interval', () => {
  test.each([
    // n, d of 95 %: 2 P(Bin(n, 1/2) <= d - 1) <= 0.05 < 2 P(Bin(n, 1/2) <= d)
    [5, 0], // 2 / 32 = 6.25 %
    [6, 1], // 2 / 64 = 3.1 %
    [8, 1], // 2 (1 + 8) / 256 = 7.0 % is too much for 2
    [9, 2], // 2 (1 + 9) / 512 = 3.9 %
    [10, 2],
    [12, 3], // 2 (1 + 12 + 66) / 4096 = 3.9 %
    [20, 6],
    [25, 8],
    [50, 18],
    [100, 40],
  ])('of %i values starts at value %i', (count, depth) => {
    expect(intervalDepth(count, 0.95)).toBe(depth)
  })

  test('other confidences', () => {
    expect(intervalDepth(10, 0.99)).toBe(1)
    expect(intervalDepth(100, 0.99)).toBe(37)
    expect(intervalDepth(1, 0.95)).toBe(0)
  })

  test('large samples follow the normal approximation', () => {
    // d is about n/2 - 1.96 sqrt(n)/2.
    for (const count of [1000, 5000, 100000]) {
      const expected = count / 2 - (1.959964 * Math.sqrt(count)) / 2
      expect(Math.abs(intervalDepth(count, 0.95) - expected)).toBeLessThan(1.5)
    }
  })

  test('takes the values at that depth from both ends', () => {
    const sorted = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(medianInterval(sorted)).toEqual({ low: 2, high: 9 })
    expect(medianInterval(sorted.slice(0, 5))).toBeNull()
    expect(medianInterval(new Float64Array(0))).toBeNull()
  })

  test('covers the true median as often as it claims, whatever the distribution', () => {
    const random = createRandom(7)
    // Exponential, median ln 2: as lopsided as times are.
    const draw = (): number => -Math.log(1 - random())
    let covered = 0
    const runs = 4000
    for (let run = 0; run < runs; run++) {
      const sample = Float64Array.from({ length: 20 }, draw).sort()
      const interval = medianInterval(sample)
      if (interval !== null && interval.low <= Math.LN2 && Math.LN2 <= interval.high) covered += 1
    }
    // Exactly 1 - 2 P(Bin(20, 1/2) <= 5) = 0.9586; 4000 runs leave +- 4 * 0.0032.
    expect(covered / runs).toBeGreaterThan(0.9586 - 0.013)
    expect(covered / runs).toBeLessThan(0.9586 + 0.013)
  })
})
