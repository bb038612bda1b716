/**
 * cos and sin of position * base^(-2i/d) against another implementation's digits.
 */
import { describe, expect, test } from 'vitest'
import {
  cosSin,
  divide,
  exactAngle,
  exactCosSin,
  exactPower,
  fromDouble,
  toDouble,
} from '../../src/reference/index.js'
import { EXACT_ANGLES } from '../fixtures/exact-values.js'
import { LONG_POSITIONS } from '../fixtures/long-positions.js'
import { absoluteError, parseDecimal, relativeError } from './decimal.js'

describe('45 digits', () => {
  test.each(EXACT_ANGLES)(
    'position $position, base $base, pair $pair of $dim, factor $factor',
    (c) => {
      const frequency = divide(exactPower(c.base, c.pair, c.dim), fromDouble(c.factor))
      const { cos, sin } = exactCosSin(exactAngle(c.position, frequency))
      // Half a unit of the 45th digit of a number of at most 1.
      expect(absoluteError(cos, parseDecimal(c.cos))).toBeLessThan(5e-45)
      expect(absoluteError(sin, parseDecimal(c.sin))).toBeLessThan(5e-45)
    },
  )
})

describe('long positions, 20 digits', () => {
  test.each(LONG_POSITIONS)('base %d, dim %d, pair %d, position %d', (...row) => {
    const [base, dim, pair, position, cos, sin] = row
    const angle = exactAngle(position, exactPower(base, pair, dim))
    const turn = exactCosSin(angle)
    // Half a unit of the 20th digit.
    expect(relativeError(turn.cos, parseDecimal(cos))).toBeLessThan(5e-20)
    expect(relativeError(turn.sin, parseDecimal(sin))).toBeLessThan(5e-20)
    expect(cosSin(angle)).toEqual({ cos: Number(cos), sin: Number(sin) })
  })
})

describe('base^(-2i/d)', () => {
  test('is exact where it can be', () => {
    expect(toDouble(exactPower(10000, 0, 128))).toBe(1)
    expect(toDouble(exactPower(16, 1, 4))).toBe(0.25)
    expect(toDouble(exactPower(10000, 32, 128))).toBe(0.01)
  })

  test.each([
    [10000, -1, 128],
    [10000, 0.5, 128],
    [10000, 1, 0],
    [0, 1, 8],
    [-2, 1, 8],
    [Number.NaN, 1, 8],
  ])('refuses base %s, pair %s, dim %s', (base, pair, dim) => {
    expect(() => exactPower(base, pair, dim)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  })
})
