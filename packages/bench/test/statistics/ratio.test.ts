import { describe, expect, test } from 'vitest'
import { inverseRatio, relativeWidth, speedRatio } from '../../src/statistics/ratio.js'

describe('speed ratio', () => {
  test('is the median of the quotients round by round', () => {
    const times = [1, 1, 1, 1, 1, 1, 1]
    const otherTimes = [2, 2.2, 1.8, 2.1, 1.9, 50, 2]
    expect(speedRatio(times, otherTimes)).toEqual({ value: 2, low: 1.8, high: 50, rounds: 7 })
  })

  test('a round that is slow on both sides changes nothing', () => {
    const calm = speedRatio([1, 1, 1, 1, 1, 1], [3, 3, 3, 3, 3, 3])
    const disturbed = speedRatio([1, 9, 1, 1, 7, 1], [3, 27, 3, 3, 21, 3])
    expect(disturbed).toEqual(calm)
  })

  test('seen from the other side', () => {
    const inverse = inverseRatio({ value: 2, low: 1.6, high: 2.5, rounds: 9 })
    expect(inverse).toEqual({ value: 0.5, low: 0.4, high: 0.625, rounds: 9 })
    expect(relativeWidth({ value: 2, low: 1.9, high: 2.1, rounds: 9 })).toBeCloseTo(0.05, 12)
  })

  test('needs six rounds of both', () => {
    const six = [1, 1, 1, 1, 1, 1]
    expect(() => speedRatio(six.slice(1), six.slice(1))).toThrow('at least 6')
    expect(() => speedRatio(six, [...six, 1])).toThrow('got 6 and 7 rounds')
  })
})
