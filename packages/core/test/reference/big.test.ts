/**
 * The arithmetic of Bigs against the machine's own: IEEE operations are correctly rounded, so an
 * exact operation followed by one rounding must give the same double, subnormal or infinite ones
 * included.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  type Big,
  divide,
  fromDouble,
  multiply,
  negate,
  toDouble,
  toFloat32,
} from '../../src/reference/index.js'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

/** A Big has no negative zero. */
const unsigned = (value: number): number => (value === 0 ? 0 : value)

describe('doubles', () => {
  test('a double survives the way to a Big and back', () => {
    fc.assert(
      fc.property(finite, (x) => {
        expect(toDouble(fromDouble(x))).toBe(unsigned(x))
      }),
      { examples: [[5e-324], [Number.MAX_VALUE], [-(2 ** -1022)], [2 ** -1022 - 5e-324]] },
    )
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%s has no exact value', (x) => {
    expect(() => fromDouble(x)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field: 'value' }),
    )
  })
})

describe('operations, rounded once, are the operations of the machine', () => {
  const agree = (
    exact: (a: Big, b: Big) => Big,
    machine: (a: number, b: number) => number,
    second = finite,
  ): void =>
    fc.assert(
      fc.property(finite, second, (a, b) => {
        const result = unsigned(toDouble(exact(fromDouble(a), fromDouble(b))))
        expect(result).toBe(unsigned(machine(a, b)))
      }),
      { numRuns: 2000 },
    )

  test('add', () => agree(add, (a, b) => a + b))

  test('subtract', () =>
    agree(
      (a, b) => add(a, negate(b)),
      (a, b) => a - b,
    ))

  test('multiply', () => agree(multiply, (a, b) => a * b))

  test('divide', () =>
    agree(
      divide,
      (a, b) => a / b,
      finite.filter((b) => b !== 0),
    ))

  test('dividing by zero is refused', () => {
    expect(() => divide(fromDouble(1), fromDouble(0))).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field: 'divisor' }),
    )
  })
})

describe('rounding to float32', () => {
  test('a double rounds as Math.fround rounds it', () => {
    const nearFloat32 = fc
      .float({ noNaN: true, noDefaultInfinity: true })
      .chain((x) => fc.constantFrom(x, x * (1 + 2 ** -24), x * (1 + 2 ** -25), x * (1 - 2 ** -26)))
    fc.assert(
      fc.property(fc.oneof(finite, nearFloat32), (x) => {
        expect(unsigned(toFloat32(fromDouble(x)))).toBe(unsigned(Math.fround(x)))
      }),
      { numRuns: 2000, examples: [[2 ** -150], [2 ** -149 * 1.5], [2 ** 128 - 2 ** 103]] },
    )
  })

  test('is one rounding: going through a double first would lose the last word', () => {
    const justAboveTie = add(add(fromDouble(1), fromDouble(2 ** -24)), fromDouble(2 ** -60))
    expect(toFloat32(justAboveTie)).toBe(1 + 2 ** -23)
    expect(Math.fround(toDouble(justAboveTie))).toBe(1)
  })
})
