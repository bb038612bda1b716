/**
 * Times of two runs against known distributions: how often the interval holds the true ratio, and
 * how often equals are told apart.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../src/random.js'
import { compareTimes } from '../../src/report/compare-times.js'
import type { TimeRecord } from '../../src/result.js'
import { medianInterval } from '../../src/statistics/median-interval.js'
import { ascending, quantile } from '../../src/statistics/quantile.js'

function timeOf(samples: ArrayLike<number>): TimeRecord {
  const sorted = ascending(samples)
  const { low, high } = medianInterval(sorted) ?? { low: Number.NaN, high: Number.NaN }
  return {
    median: quantile(sorted, 0.5),
    ...{ low, high, p10: quantile(sorted, 0.1), p90: quantile(sorted, 0.9) },
    ...{ samples: samples.length, batch: 1, steady: true },
  }
}

/** Exponential noise over a floor: as lopsided as times are. The median is known exactly. */
function drawRun(random: Random, scale: number): TimeRecord {
  const draw = (): number => scale * (1 - 0.2 * Math.log(1 - random()))
  return timeOf(Float64Array.from({ length: 25 }, draw))
}

describe('two runs', () => {
  test('the interval of a time covers its true median 93 to 97 % of the time', () => {
    const random = createRandom(3)
    const truth = 1 + 0.2 * Math.LN2
    const runs = 4000
    const covered = Array.from({ length: runs }, () => drawRun(random, 1)).filter(
      ({ low, high }) => low <= truth && truth <= high,
    ).length
    // Exactly 1 - 2 P(Bin(25, 1/2) <= 7) = 0.9567.
    expect(covered / runs).toBeGreaterThan(0.93)
    expect(covered / runs).toBeLessThan(0.97)
  })

  test('a true ratio of 1.3 lies in the interval at least as often as 95 %', () => {
    const random = createRandom(4)
    const runs = 2000
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const { ratio } = compareTimes(drawRun(random, 1), drawRun(random, 1.3))
      if (ratio.low <= 1.3 && 1.3 <= ratio.high) covered += 1
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.95)
  })

  test('equals are told apart in fewer than one of twenty', () => {
    const random = createRandom(5)
    const runs = 2000
    let apart = 0
    for (let run = 0; run < runs; run++) {
      const { outcome } = compareTimes(drawRun(random, 1), drawRun(random, 1))
      if (outcome !== 'no difference detected') apart += 1
    }
    expect(apart / runs).toBeLessThan(0.05)
  })

  test('identical samples are never a win', () => {
    const samples = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), {
      minLength: 6,
      maxLength: 60,
    })
    fc.assert(
      fc.property(samples, (values) => {
        const time = timeOf(values)
        expect(compareTimes(time, time).verdict).toBe('no difference detected')
      }),
    )
  })

  test('a difference beyond both intervals is one, in both directions', () => {
    const fast = timeOf([1, 1.01, 1.02, 1.03, 1.04, 1.05])
    const slow = timeOf([2, 2.02, 2.04, 2.06, 2.08, 2.1])
    expect(compareTimes(fast, slow).outcome).toBe('faster')
    expect(compareTimes(slow, fast).outcome).toBe('slower')
    expect(compareTimes(fast, slow).ratio.value).toBeCloseTo(2, 12)
  })
})
