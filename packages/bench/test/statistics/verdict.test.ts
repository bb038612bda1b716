import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random.js'
import { type Ratio, speedRatio } from '../../src/statistics/ratio.js'
import { outcomeOf, ratioText, verdict } from '../../src/statistics/verdict.js'

function ratio(value: number, low: number, high: number): Ratio {
  return { value, low, high, rounds: 20 }
}

describe('verdict', () => {
  test.each([
    [ratio(1.8, 1.7, 1.9), '1.8x faster [1.7, 1.9]'],
    [ratio(0.5, 0.45, 0.55), '2.0x slower [1.8, 2.2]'],
    [ratio(43, 38, 47), '43x faster [38, 47]'],
    [ratio(1.012, 1.003, 1.021), '1.012x faster [1.003, 1.021]'],
    [ratio(1.1, 1.02, 1.2), '1.10x faster [1.02, 1.20]'],
    [ratio(2.503, 2.502, 2.504), '2.503x faster [2.502, 2.504]'],
    [ratio(1.02, 0.99, 1.05), 'no difference detected'],
    [ratio(1, 1, 1), 'no difference detected'],
  ])('%o', (found, words) => {
    expect(verdict(found)).toBe(words)
  })

  test('the end of an interval at 1 is not beyond 1', () => {
    expect(outcomeOf(ratio(1.1, 1, 1.2))).toBe('no difference detected')
    expect(outcomeOf(ratio(0.9, 0.8, 1))).toBe('no difference detected')
  })

  test('of synthetic samples', () => {
    const random = createRandom(11)
    const times = (scale: number): Float64Array =>
      Float64Array.from({ length: 30 }, () => scale * (1 + 0.1 * random()))
    expect(verdict(speedRatio(times(1), times(1.8)))).toBe('1.79x faster [1.77, 1.81]')
    expect(outcomeOf(speedRatio(times(1.3), times(1)))).toBe('slower')
    expect(verdict(speedRatio(times(1), times(1)))).toBe('no difference detected')
  })

  test('numbers alone', () => {
    expect(ratioText(ratio(0.97, 0.95, 0.99))).toBe('0.97 [0.95, 0.99]')
    expect(ratioText(ratio(41.2, 38, 44))).toBe('41 [38, 44]')
  })
})
