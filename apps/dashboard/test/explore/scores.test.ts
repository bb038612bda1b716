import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decayOf, distancesTo, type Pair, rotatePair, scoreOf } from '../../src/explore/scores.js'

const FREQUENCIES = Array.from({ length: 8 }, (_, i) => 10000 ** (-i / 8))
const unit = fc.double({ min: -1, max: 1, noNaN: true })
const vector = fc.array(fc.tuple(unit, unit) as fc.Arbitrary<Pair>, { minLength: 8, maxLength: 8 })

describe('scores', () => {
  test('a quarter turn takes x to y', () => {
    const [x, y] = rotatePair([1, 0], Math.PI / 2)
    expect(x).toBeCloseTo(0, 15)
    expect(y).toBe(1)
  })

  test('depend on the distance alone', () => {
    const position = fc.nat(100_000)
    fc.assert(
      fc.property(vector, vector, position, position, position, (q, k, m, n, shift) => {
        const here = scoreOf(q, k, FREQUENCIES, m, n)
        const there = scoreOf(q, k, FREQUENCIES, m + shift, n + shift)
        // 16 products of numbers up to 1, whose angles of up to 2e5 are rounded to 2^-35.
        expect(Math.abs(here - there)).toBeLessThan(32 * 2 ** -35)
      }),
    )
  })

  test('of equals is whole at distance 0, and less elsewhere', () => {
    const [whole, ...others] = decayOf(FREQUENCIES, [0, 1, 10, 100, 1000])
    expect(whole).toBe(1)
    for (const score of others) expect(Math.abs(score)).toBeLessThan(1)
  })

  test('distances ascend from 0 to the end, each once', () => {
    const distances = distancesTo(131072)
    expect(distances[0]).toBe(0)
    expect(distances.at(-1)).toBe(131072)
    expect([...new Set(distances)].sort((a, b) => a - b)).toEqual(distances)
  })
})
