/**
 * pi, ln, exp, sin and cos against 45-digit values of another implementation, and against the
 * identities that tie them together at more digits than that.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  type Big,
  cosSin,
  exactCosSin,
  exactPi,
  exponential,
  fromDouble,
  logarithm,
  multiply,
  negate,
} from '../../src/reference/index.js'
import { EXPONENTIALS, LOGARITHMS, PI } from '../fixtures/exact-values.js'
import { absoluteError, parseDecimal, relativeError } from './decimal.js'

/** The printed values have 45 significant digits: half a unit of the last is at most 5e-45. */
const PRINTED = 5e-45

const one: Big = fromDouble(1)

/** 2^200 and beyond is refused; this is as far as the oracle goes, both ways. */
const farAngle = fc.tuple(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: -300, max: 199 }),
)

describe('against 45 digits', () => {
  test('pi', () => {
    expect(relativeError(exactPi(), parseDecimal(PI))).toBeLessThan(PRINTED)
  })

  test.each(LOGARITHMS)('ln %s', (x, expected) => {
    const error = relativeError(logarithm(fromDouble(x)), parseDecimal(expected))
    expect(error).toBeLessThan(PRINTED)
  })

  test.each(EXPONENTIALS)('e^%s', (y, expected) => {
    const error = relativeError(exponential(fromDouble(y)), parseDecimal(expected))
    expect(error).toBeLessThan(PRINTED)
  })
})

describe('identities', () => {
  test('e^(ln x) = x', () => {
    const positive = fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(positive, (x) => {
        const error = relativeError(exponential(logarithm(fromDouble(x))), fromDouble(x))
        expect(error).toBeLessThan(2 ** -300)
      }),
    )
  })

  test('cos^2 + sin^2 = 1 at every distance, and sin is odd', () => {
    fc.assert(
      fc.property(farAngle, ([x, exponent]) => {
        const angle = fromDouble(x * 2 ** exponent)
        const { cos, sin } = exactCosSin(angle)
        const squares = add(multiply(cos, cos), multiply(sin, sin))
        expect(absoluteError(squares, one)).toBeLessThan(2 ** -240)
        expect(exactCosSin(negate(angle))).toEqual({ cos, sin: negate(sin) })
      }),
    )
  })

  test('cos(2x) and sin(2x) follow from cos x and sin x', () => {
    fc.assert(
      fc.property(farAngle, ([x, exponent]) => {
        const { cos, sin } = exactCosSin(fromDouble(x * 2 ** (exponent - 1)))
        const double = exactCosSin(fromDouble(x * 2 ** exponent))
        const cosSquare = add(multiply(cos, cos), negate(multiply(sin, sin)))
        const product = multiply(fromDouble(2), multiply(sin, cos))
        // pi has 590 bits: reducing an angle of 2^e leaves an error of 2^(e - 590).
        expect(absoluteError(double.cos, cosSquare)).toBeLessThan(2 ** -238)
        expect(absoluteError(double.sin, product)).toBeLessThan(2 ** -238)
      }),
    )
  })

  test('agrees with Math.cos and Math.sin, which are within one unit in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (angle) => {
        const { cos, sin } = cosSin(fromDouble(angle))
        expect(Math.abs(cos - Math.cos(angle))).toBeLessThanOrEqual(2 ** -53)
        expect(Math.abs(sin - Math.sin(angle))).toBeLessThanOrEqual(2 ** -53)
      }),
    )
  })
})

describe('limits', () => {
  test('cos 0 and sin 0 are exact', () => {
    expect(cosSin(fromDouble(0))).toEqual({ cos: 1, sin: 0 })
  })

  test('a tiny angle is its own sine, to the last subnormal', () => {
    expect(cosSin(fromDouble(5e-324))).toEqual({ cos: 1, sin: 5e-324 })
    expect(cosSin(fromDouble(-1e-200))).toEqual({ cos: 1, sin: -1e-200 })
  })

  test('an angle of 2^200 is refused, the double before it is not', () => {
    expect(() => exactCosSin(fromDouble(2 ** 200))).toThrow(
      expect.objectContaining({ code: 'INVALID_POSITIONS', field: 'positions' }),
    )
    expect(cosSin(fromDouble(2 ** 200 - 2 ** 147)).cos).toBeLessThanOrEqual(1)
  })

  test.each([0, -1])('ln %s is refused', (x) => {
    expect(() => logarithm(fromDouble(x))).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field: 'base' }),
    )
  })
})
