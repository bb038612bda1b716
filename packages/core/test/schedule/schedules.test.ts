/**
 * Schedules against arbitrary precision: value and residual together are the real number.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import {
  add,
  divide,
  exactPower,
  fromDouble,
  multiply,
  negate,
  toDouble,
} from '../../src/reference/index.js'
import { inversePowers } from '../../src/schedule/exact-power.js'
import { SCHEDULES } from '../../src/schedule/registry.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'

function frequencies(
  schedule: ScheduleOptions,
  headDim = 128,
): ReturnType<typeof computeFrequencies> {
  return computeFrequencies(resolveConfig({ headDim, pairing: 'half', schedule }))
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    return RopeError.isInstance(error) ? `${error.code} ${error.field}` : String(error)
  }
  return undefined
}

describe('default', () => {
  test.each([100, 10000, 150000, 500000, 1e6, 11158840, 1e8, 0.5, 1, 3.7e300])(
    'base %d: value + residual is theta^(-2i/d)',
    (base) => {
      inversePowers(base, 64).forEach(({ value, residual }, i) => {
        const exact = exactPower(base, i, 128)
        expect(value).toBe(toDouble(exact))
        const error = toDouble(add(exact, negate(add(fromDouble(value), fromDouble(residual)))))
        expect(Math.abs(error)).toBeLessThanOrEqual(value * 2 ** -104)
      })
    },
  )

  test('landmarks of the paper: 1, 10^-1, 10^-2, 10^-3', () => {
    const { inverseFrequencies, attentionFactor, softmaxScale } = frequencies({
      type: 'default',
      base: 10000,
    })
    expect([0, 16, 32, 48].map((i) => inverseFrequencies[i])).toEqual([1, 0.1, 0.01, 0.001])
    expect([attentionFactor, softmaxScale]).toEqual([1, 1])
  })

  test('float32 frequencies are those of float32 operations', () => {
    const { float32Frequencies } = frequencies({ type: 'default', base: 10000 })
    // torch: 1.0 / (10000 ** (torch.arange(0, 128, 2).float() / 128)), entries 1 and 63
    expect(float32Frequencies[1]).toBe(Math.fround(1 / Math.fround(10000 ** Math.fround(2 / 128))))
    expect(float32Frequencies[0]).toBe(1)
  })
})

describe('linear', () => {
  test('divides every frequency by the factor, residual included', () => {
    const { inverseFrequencies, residuals } = frequencies({
      type: 'linear',
      base: 10000,
      factor: 3,
    })
    inverseFrequencies.forEach((value, i) => {
      const exact = divide(exactPower(10000, i, 128), fromDouble(3))
      const error = toDouble(
        add(exact, negate(add(fromDouble(value), fromDouble(residuals[i] as number)))),
      )
      expect(Math.abs(error)).toBeLessThanOrEqual(value * 2 ** -100)
    })
  })

  test('a power of two as factor changes exponents only', () => {
    const plain = frequencies({ type: 'default', base: 10000 })
    const linear = frequencies({ type: 'linear', base: 10000, factor: 8 })
    expect([...linear.inverseFrequencies]).toEqual(
      [...plain.inverseFrequencies].map((value) => value / 8),
    )
    expect([...linear.float32Frequencies]).toEqual(
      [...plain.float32Frequencies].map((value) => value / 8),
    )
  })
})

describe('custom', () => {
  test('takes the numbers as they are', () => {
    const own = [1, 0.25, 0, -3]
    const result = frequencies(
      { type: 'custom', inverseFrequencies: own, attentionFactor: 1.5, softmaxScale: 2 },
      8,
    )
    expect([...result.inverseFrequencies]).toEqual(own)
    expect([...result.residuals]).toEqual([0, 0, 0, 0])
    expect([result.attentionFactor, result.softmaxScale]).toEqual([1.5, 2])
    expect(toDouble(multiply(fromDouble(0.25), fromDouble(4)))).toBe(1)
  })
})

describe('refusals', () => {
  const resolve = (schedule: unknown): unknown =>
    resolveConfig({ headDim: 8, pairing: 'half', schedule: schedule as ScheduleOptions })
  test.each([
    [{ type: 'yarn', base: 1 }, 'INVALID_OPTION schedule.base'],
    [{ type: 'warp', base: 1 }, 'UNKNOWN_SCHEDULE schedule.type'],
    [{ type: 'toString' }, 'UNKNOWN_SCHEDULE schedule.type'],
    [{}, 'UNKNOWN_SCHEDULE schedule.type'],
    [undefined, 'INVALID_OPTION schedule'],
    [[], 'INVALID_OPTION schedule'],
    [{ type: 'default' }, 'INVALID_OPTION schedule.base'],
    [{ type: 'default', base: 0 }, 'INVALID_OPTION schedule.base'],
    [{ type: 'default', base: 0.99 }, 'INVALID_OPTION schedule.base'],
    [{ type: 'linear', base: 10000, factor: 5e-324 }, 'INVALID_OPTION schedule.factor'],
    [
      { type: 'custom', inverseFrequencies: [1, 2, -1e7, 4] },
      'INVALID_OPTION schedule.inverseFrequencies[2]',
    ],
    [{ type: 'default', base: Number.NaN }, 'INVALID_OPTION schedule.base'],
    [{ type: 'default', base: 10000, theta: 1 }, 'INVALID_OPTION schedule.theta'],
    [{ type: 'linear', base: 10000 }, 'INVALID_OPTION schedule.factor'],
    [{ type: 'linear', base: 10000, factor: -1 }, 'INVALID_OPTION schedule.factor'],
    [{ type: 'custom' }, 'INVALID_OPTION schedule.inverseFrequencies'],
    [
      { type: 'custom', inverseFrequencies: [1] },
      'INVALID_OPTION schedule.inverseFrequencies.length',
    ],
    [
      { type: 'custom', inverseFrequencies: [1, 2, 3, Infinity] },
      'INVALID_OPTION schedule.inverseFrequencies[3]',
    ],
    [
      { type: 'custom', inverseFrequencies: [1, 2, 3, 4], attentionFactor: 0 },
      'INVALID_OPTION schedule.attentionFactor',
    ],
  ])('%j', (schedule, code) => {
    expect(codeOf(() => resolve(schedule))).toBe(code)
  })

  test('the message for an unknown type lists the known ones', () => {
    expect(() => resolve({ type: 'warp' })).toThrow(SCHEDULES.join(', '))
  })
})
