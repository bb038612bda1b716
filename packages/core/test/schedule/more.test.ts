/**
 * The other schedules: NTK in all its spellings, xPos, FoPE, pixel and axial frequencies, exponents
 * that divide by another width than the window's; each against its formula, exactly where it is exact.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import {
  add,
  type Big,
  divide,
  fromDouble,
  multiply,
  negate,
  toDouble,
} from '../../src/reference/big.js'
import { exactPi } from '../../src/reference/elementary.js'
import { exactPower } from '../../src/reference/exact-angle.js'
import { fopeInputs } from '../../src/schedule/fope.js'
import type { Frequencies, ScheduleOptions } from '../../src/schedule/schedule.js'

const PAIRS = 64
function compute(schedule: ScheduleOptions, pairs = PAIRS): Frequencies {
  return computeFrequencies(resolveConfig({ headDim: 2 * pairs, pairing: 'half', schedule }))
}

/** value + residual is the exact number to far beyond double. */
function expectExact(frequencies: Frequencies, exact: (i: number) => Big, bits = 100): void {
  const { inverseFrequencies, residuals } = frequencies
  inverseFrequencies.forEach((value, i) => {
    const ours = add(fromDouble(value), fromDouble(residuals[i] as number))
    const error = Math.abs(toDouble(add(exact(i), negate(ours))))
    expect(error).toBeLessThanOrEqual(Math.abs(value) * 2 ** -bits)
  })
}

/** float32 operations stay within a few of their roundings of the exact frequencies. */
function expectFloat32Near({ inverseFrequencies, float32Frequencies }: Frequencies): void {
  float32Frequencies.forEach((value, i) => {
    const exact = inverseFrequencies[i] as number
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(2e-6 * Math.abs(exact))
    expect(Math.fround(value)).toBe(value)
  })
}

function fieldOf(schedule: unknown, pairs = 4): string | undefined {
  try {
    compute(schedule as ScheduleOptions, pairs)
  } catch (error) {
    if (RopeError.isInstance(error)) return error.field
    throw error
  }
  return undefined
}

describe('ntk-fixed', () => {
  test('is s^(-2(i+1)/d) times default, to double-double', () => {
    const result = compute({ type: 'ntk-fixed', base: 1e4, factor: 8 })
    expectExact(result, (i) => multiply(exactPower(1e4, i, 128), exactPower(8, i + 1, 128)))
    expectFloat32Near(result)
  })

  test('reaches the interpolated frequency at the last pair', () => {
    const result = compute({ type: 'ntk-fixed', base: 1e4, factor: 8 })
    const linear = compute({ type: 'linear', base: 1e4, factor: 8 })
    expect(result.inverseFrequencies[63]).toBe(linear.inverseFrequencies[63])
    expect(result.inverseFrequencies[0]).toBeCloseTo(0.9680308967461473, 15)
  })
})

describe('ntk-mixed', () => {
  test('is default times exp(-a (i + 1)^b), and ends at the interpolated frequency', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 64, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        (factor, mixedB) => {
          const mixed = compute({ type: 'ntk-mixed', base: 1e4, factor, mixedB })
          const linear = compute({ type: 'linear', base: 1e4, factor })
          const last = linear.inverseFrequencies[63] as number
          expect(Math.abs((mixed.inverseFrequencies[63] as number) / last - 1)).toBeLessThan(1e-13)
          const a = Math.log(factor) / 64 ** mixedB
          mixed.inverseFrequencies.forEach((value, i) => {
            const expected = 1e4 ** (-i / 64) * Math.exp(-a * (i + 1) ** mixedB)
            expect(Math.abs(value / expected - 1)).toBeLessThan(1e-13)
          })
          expectFloat32Near(mixed)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('ntk-by-parts', () => {
  const byParts = (more: object = {}): Frequencies =>
    compute({
      type: 'ntk-by-parts',
      base: 1e4,
      factor: 8,
      originalMaxPositionEmbeddings: 2048,
      ...more,
    } as ScheduleOptions)

  test('the first pairs keep their frequency, the last are interpolated by the factor', () => {
    const { inverseFrequencies } = byParts()
    expect(inverseFrequencies[0]).toBe(1)
    const last = compute({ type: 'linear', base: 1e4, factor: 8 }).inverseFrequencies[63]
    expect(inverseFrequencies[63]).toBe(last)
    expectFloat32Near(byParts())
  })

  test('with both shares 0 it is linear', () => {
    const linear = compute({ type: 'linear', base: 1e4, factor: 8 })
    const none = byParts({ ntkFactor: 0, extrapolationFactor: 0 })
    expect([...none.inverseFrequencies]).toEqual([...linear.inverseFrequencies])
  })
})

describe('xPos', () => {
  const { decay, ...plain } = compute({ type: 'xpos', base: 1e4, tensor: 'q' }, 4)

  test('turns as the default schedule does', () => {
    expect(plain).toEqual(compute({ type: 'default', base: 1e4 }, 4))
  })

  test('the published scales of 8 channels', () => {
    const scales = [...(decay?.rates ?? [])].map((rate) => Math.exp(512 * rate))
    const published = [0.285714285714, 0.464285714286, 0.642857142857, 0.821428571429]
    scales.forEach((scale, i) => expect(scale).toBeCloseTo(published[i] as number, 12))
    expect(decay?.centre).toBe(0)
  })
})

describe('FoPE', () => {
  const identity = [
    [1, 0, 0],
    [0, 1, 0],
  ]

  test('drops frequencies that do not complete a turn within the context', () => {
    const kept = fopeInputs(1e4, 64, 2048)
    const frequency = (i: number): number => 1e4 ** (-i / 64)
    expect(frequency(kept - 1) * 2048).toBeGreaterThan(2 * Math.PI)
    expect(frequency(kept) * 2048).toBeLessThanOrEqual(2 * Math.PI)
  })

  test('carries its matrices row by row', () => {
    const { mixture, inverseFrequencies } = compute(
      {
        type: 'fope',
        base: 1e4,
        cosCoefficients: identity,
        sinCoefficients: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        restSin: 1,
      },
      4,
    )
    expect([...inverseFrequencies]).toEqual([1, 0.1, 0, 0])
    expect(mixture).toMatchObject({ inputs: 2, outputs: 3, restCos: 1, restSin: 1 })
    expect([...(mixture?.sinMatrix ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('pixel', () => {
  test('is evenly spaced from pi to pi m / 2, to double-double', () => {
    const result = compute({ type: 'pixel', maxFrequency: 10 }, 16)
    const pi = exactPi()
    expectExact(result, (i) => {
      const point = divide(fromDouble(15 - i + 5 * i), fromDouble(15))
      return multiply(pi, point)
    })
    expectFloat32Near(result)
    expect(result.inverseFrequencies[15]).toBe(5 * Math.PI)
  })

  test('of one pair is pi', () => {
    expect([...compute({ type: 'pixel', maxFrequency: 10 }, 1).inverseFrequencies]).toEqual([
      Math.PI,
    ])
  })
})

describe('axial', () => {
  test('every pair has the power of its own family, to double-double', () => {
    const result = compute(
      {
        type: 'axial',
        families: [
          { base: 1e4, dim: 44 },
          { base: 100, dim: 64, multiplier: 0.5 },
        ],
        familyOfPair: [0, 1, 0, 1],
        exponentOfPair: [0, 4, 6, 60],
      },
      4,
    )
    const half = fromDouble(0.5)
    const expected = [
      exactPower(1e4, 0, 88),
      multiply(half, exactPower(100, 4, 128)),
      exactPower(1e4, 6, 88),
      multiply(half, exactPower(100, 60, 128)),
    ]
    expectExact(result, (i) => expected[i] as Big)
    expectFloat32Near(result)
  })

  test('exponents may be negative: frequencies that rise (LTX 2)', () => {
    const { inverseFrequencies } = compute(
      {
        type: 'axial',
        families: [{ base: 1e4, dim: 2, multiplier: Math.PI / 2 }],
        familyOfPair: [0, 0, 0],
        exponentOfPair: [0, -1, -2],
      },
      3,
    )
    expect([...inverseFrequencies]).toEqual([1, 100, 1e4].map((power) => (power * Math.PI) / 2))
  })
})

describe('the width that exponents divide by is independent of the window', () => {
  test.each<[string, object]>([
    ['default', {}],
    ['linear', { factor: 4 }],
    ['proportional', { partialRotaryFactor: 0.5, factor: 2 }],
  ])('%s', (type, more) => {
    const base = { type, base: 1e4, ...more } as ScheduleOptions
    const wide = compute(base, 64)
    const narrow = compute({ ...base, exponentDim: 128 } as ScheduleOptions, 16)
    const live = type === 'proportional' ? 8 : 16
    for (let i = 0; i < live; i++) {
      expect(narrow.inverseFrequencies[i]).toBe(wide.inverseFrequencies[i])
      expect(narrow.float32Frequencies[i]).toBe(wide.float32Frequencies[i])
    }
  })

  test('absent means the window', () => {
    expect(compute({ type: 'default', base: 1e4, exponentDim: 128 })).toEqual(
      compute({ type: 'default', base: 1e4 }),
    )
  })
})

test('TeleChat 3 has another coefficient in its temperature', () => {
  const yarn = {
    type: 'yarn',
    base: 1e4,
    factor: 16,
    originalMaxPositionEmbeddings: 2048,
    mscaleCoefficient: 0.07,
  } as const
  expect(compute(yarn).attentionFactor).toBe(0.07 * Math.log(16) + 1)
})

describe('refusals', () => {
  const lists = { shortFactor: [1, 1, 1, 1], longFactor: [1, 1, 1, 1] }
  const long = { type: 'longrope', base: 1e4, originalMaxPositionEmbeddings: 4096, ...lists }
  const fope = {
    type: 'fope',
    base: 1e4,
    cosCoefficients: [[1]],
    sinCoefficients: [[1]],
    restSin: 0,
  }
  const axial = {
    type: 'axial',
    families: [{ base: 100, dim: 8 }],
    familyOfPair: [0, 0, 0, 0],
    exponentOfPair: [0, 2, 4, 6],
  }
  test.each<[object, string]>([
    [{ type: 'dynamic', base: 1e4, factor: 2 }, 'schedule.maxPositionEmbeddings'],
    [{ type: 'dynamic', base: 1e4, factor: 0, maxPositionEmbeddings: 2048 }, 'schedule.factor'],
    [
      { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 8, frozenLength: 0 },
      'schedule.frozenLength',
    ],
    [{ type: 'ntk-fixed', base: 1e4 }, 'schedule.factor'],
    [{ type: 'ntk-mixed', base: 1e4, factor: 8, mixedB: 0 }, 'schedule.mixedB'],
    [{ type: 'ntk-by-parts', base: 1e4, factor: 8 }, 'schedule.originalMaxPositionEmbeddings'],
    [
      { type: 'dynamic-yarn', base: 1e4, originalMaxPositionEmbeddings: 8, factor: 2 },
      'schedule.factor',
    ],
    [
      { type: 'dynamic-yarn', base: 1e4, originalMaxPositionEmbeddings: 8, finetuned: 1 },
      'schedule.finetuned',
    ],
    [{ ...long, shortFactor: [1, 1] }, 'schedule.shortFactor.length'],
    [{ ...long, longFactor: [1, 1, 0, 1] }, 'schedule.longFactor[2]'],
    [{ ...long, longMscale: -1 }, 'schedule.longMscale'],
    [{ type: 'xpos', base: 1e4 }, 'schedule.tensor'],
    [{ type: 'xpos', base: 1e4, tensor: 'v' }, 'schedule.tensor'],
    [{ type: 'xpos', base: 1e4, tensor: 'q', scaleBase: 0 }, 'schedule.scaleBase'],
    [{ type: 'xpos', base: 1e4, tensor: 'k', centre: Number.NaN }, 'schedule.centre'],
    [{ ...fope, restSin: 2 }, 'schedule.restSin'],
    [{ ...fope, cosCoefficients: [] }, 'schedule.cosCoefficients'],
    [{ ...fope, sinCoefficients: [[1], [2]] }, 'schedule.sinCoefficients'],
    [{ ...fope, sinCoefficients: [[Number.NaN]] }, 'schedule.sinCoefficients[0][0]'],
    [{ type: 'pixel', maxFrequency: 0 }, 'schedule.maxFrequency'],
    [{ type: 'pixel', maxFrequency: 1e9 }, 'schedule.maxFrequency'],
    [{ ...axial, families: [] }, 'schedule.families.length'],
    [{ ...axial, families: [{ base: 100, dim: 0 }] }, 'schedule.families[0].dim'],
    [{ ...axial, familyOfPair: [0, 0, 1, 0] }, 'schedule.familyOfPair[2]'],
    [{ ...axial, exponentOfPair: [0, 0.5, 1, 2] }, 'schedule.exponentOfPair[1]'],
    [{ ...axial, exponentOfPair: [0, -8000, 1, 2] }, 'the frequency of pair 1 of schedule'],
    [{ type: 'default', base: 1e4, exponentDim: 3 }, 'schedule.exponentDim'],
  ])('%j', (schedule, field) => {
    expect(fieldOf(schedule)).toBe(field)
  })

  test('a base cannot grow with a single pair', () => {
    const schedule = { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 8 }
    expect(fieldOf(schedule, 1)).toBe('rotaryDim')
  })
})
