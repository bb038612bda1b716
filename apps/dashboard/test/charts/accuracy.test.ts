/** The errors of three ways to make angles, against bounds that follow from their roundings. */
import { describe, expect, test } from 'vitest'
import { ANGLE_WAYS, accuracyPoints, angleError } from '../../src/charts/accuracy.js'

/** Half a unit in the last place of a float32 below 1, for cos and for sin. */
const ROUNDED_ONCE = Math.SQRT2 * 2 ** -25

describe('accuracy', () => {
  test('exact angles are off by the rounding of cos and sin alone, at every position', () => {
    for (const position of [1, 1000, 2 ** 20 - 1]) {
      expect(angleError('exact angles, rounded once', position)).toBeLessThanOrEqual(ROUNDED_ONCE)
    }
  })

  test.each(['float32 angles', 'a naive shader'] as const)('%s drift with the position', (way) => {
    expect(angleError(way, 1)).toBeLessThan(1e-6)
    // A float32 angle near 2^20 has steps of 2^-4; the product is off by half of one at most, and
    // its frequency by as much again.
    const far = angleError(way, 2 ** 20 - 1)
    expect(far).toBeGreaterThan(1e-3)
    expect(far).toBeGreaterThan(1000 * ROUNDED_ONCE)
    expect(angleError(way, 2 ** 20 - 1)).toBeGreaterThan(angleError(way, 1023))
  })

  test('every way at every position is a row', () => {
    expect(accuracyPoints()).toHaveLength(20 * ANGLE_WAYS.length)
  })
})
