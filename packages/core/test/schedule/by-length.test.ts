/**
 * Schedules whose table depends on how long a sequence is: which table, from which length on, under
 * which tag; and that a frozen length answers for all.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, regimeFor, resolveConfig } from '../../src/config/config.js'
import type { Frequencies, ScheduleOptions } from '../../src/schedule/schedule.js'
import { yarnTemperature } from '../../src/schedule/yarn.js'

const PAIRS = 16
const resolve = (schedule: ScheduleOptions) =>
  resolveConfig({ headDim: 2 * PAIRS, pairing: 'half', schedule })
const compute = (schedule: ScheduleOptions, length?: number): Frequencies =>
  computeFrequencies(resolve(schedule), length)
const values = (schedule: ScheduleOptions, length?: number): readonly number[] => [
  ...compute(schedule, length).inverseFrequencies,
]
const regime = (schedule: ScheduleOptions, length: number) => regimeFor(resolve(schedule), length)

const plain: ScheduleOptions = { type: 'default', base: 1e4 }

describe('dynamic NTK', () => {
  const dynamic = {
    type: 'dynamic',
    base: 1e4,
    factor: 4,
    maxPositionEmbeddings: 2048,
  } as const

  test('up to the trained length it is the default schedule, that length included', () => {
    for (const length of [undefined, 0, 1, 2047, 2048]) {
      expect(compute(dynamic, length)).toEqual(compute(plain))
    }
    expect([1, 2048, 2049, 5000].map((length) => regime(dynamic, length))).toEqual([
      2048, 2048, 2049, 5000,
    ])
  })

  test('beyond it the first pair stays, the last follows the length, none is linear', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2049, max: 1e6 }), (length) => {
        const scaled = values(dynamic, length)
        const stretch = (4 * length) / 2048 - 3
        expect(scaled[0]).toBe(1)
        const last = (values(plain)[PAIRS - 1] as number) / stretch
        expect(Math.abs((scaled[PAIRS - 1] as number) / last - 1)).toBeLessThan(1e-13)
        expect(scaled[1]).toBeGreaterThan((values(plain)[1] as number) / stretch)
        expect(scaled[1]).toBeLessThan(values(plain)[1] as number)
      }),
    )
  })

  test('the state of one call does not reach the next', () => {
    const long = values(dynamic, 8192)
    values(dynamic, 2048)
    expect(values(dynamic, 2048)).toEqual(values(plain))
    expect(values(dynamic, 8192)).toEqual(long)
  })

  test('frozen: one table, that of the length given, for every sequence', () => {
    const frozen = { ...dynamic, frozenLength: 8192 }
    for (const length of [undefined, 1, 8192, 1e6]) {
      expect(values(frozen, length)).toEqual(values(dynamic, 8192))
    }
    expect([regime(frozen, 1), regime(frozen, 1e6)]).toEqual([8192, 8192])
    expect(values({ ...dynamic, frozenLength: 100 })).toEqual(values(plain))
  })

  test('transformers computes the base in float32 at run time', () => {
    const { float32Frequencies } = compute(dynamic, 5000)
    const round = Math.fround
    const stretch = round(round(round(4 * 5000) / 2048) - 3)
    const base = round(1e4 * round(stretch ** (16 / 15)))
    const expected = Array.from({ length: PAIRS }, (_, i) =>
      round(1 / round(base ** round((2 * i) / 32))),
    )
    expect([...float32Frequencies]).toEqual(expected)
  })
})

describe('dynamic YaRN', () => {
  const dynamic = {
    type: 'dynamic-yarn',
    base: 1e4,
    originalMaxPositionEmbeddings: 1024,
    maxPositionEmbeddings: 4096,
  } as const
  const yarn = (factor: number): ScheduleOptions => ({
    type: 'yarn',
    base: 1e4,
    factor,
    originalMaxPositionEmbeddings: 1024,
  })

  test('untrained, it starts when the sequence outgrows the context', () => {
    expect(compute(dynamic, 4096)).toEqual(compute(plain))
    expect(compute(dynamic, 5000)).toEqual(compute(yarn(5000 / 1024)))
    expect(compute(dynamic, 5000).attentionFactor).toBe(yarnTemperature(5000 / 1024, 1))
    expect([regime(dynamic, 4096), regime(dynamic, 5000)]).toEqual([4096, 5000])
  })

  test('trained, shorter sequences use the factor of the training', () => {
    const finetuned = { ...dynamic, finetuned: true }
    expect(compute(finetuned, 10)).toEqual(compute(yarn(4)))
    expect(compute(finetuned, 8192)).toEqual(compute(yarn(8)))
  })

  test('without a trained length of its own it starts at the original one', () => {
    const { maxPositionEmbeddings: _, ...short } = dynamic
    expect(compute(short, 1024)).toEqual(compute(plain))
    expect(compute(short, 1025)).toEqual(compute(yarn(1025 / 1024)))
  })

  test('frozen', () => {
    expect(compute({ ...dynamic, frozenLength: 16384 }, 3)).toEqual(compute(yarn(16)))
  })
})

describe('LongRoPE', () => {
  const longRope = {
    type: 'longrope',
    base: 1e4,
    shortFactor: Array<number>(PAIRS).fill(1),
    longFactor: Array.from({ length: PAIRS }, (_, i) => i + 1),
    originalMaxPositionEmbeddings: 4096,
    factor: 32,
  } as const

  test('the switch is strict: exactly the original length is short', () => {
    expect([0, 1, 4096, 4097, 1e6].map((length) => regime(longRope, length))).toEqual([
      'short',
      'short',
      'short',
      'long',
      'long',
    ])
    expect(values(longRope, 4096)).toEqual(values(plain))
    expect(values(longRope, 4097)).toEqual(values(plain).map((value, i) => value / (i + 1)))
    expect(values(longRope)).toEqual(values(longRope, 1))
  })

  test('the attention factor follows from the factor, or is stated, or is one per table', () => {
    const factors = (more: object): readonly number[] =>
      [1, 5000].map((length) => compute({ ...longRope, ...more }, length).attentionFactor)
    const usual = Math.sqrt(1 + Math.log(32) / Math.log(4096))
    expect(usual).toBeCloseTo(1.1902380714238083, 15)
    expect(factors({})).toEqual([usual, usual])
    expect(factors({ factor: 1 })).toEqual([1, 1])
    expect(factors({ factor: 0.5 })).toEqual([1, 1])
    expect(factors({ attentionFactor: 1.25 })).toEqual([1.25, 1.25])
    expect(factors({ shortMscale: 1.1, longMscale: 1.3 })).toEqual([1.1, 1.3])
    expect(factors({ longMscale: 1.3 })).toEqual([usual, 1.3])
  })

  test('frozen at a context length, as engines that decide per context do', () => {
    expect(regime({ ...longRope, frozenLength: 131072 }, 5)).toBe('long')
    expect(regime({ ...longRope, frozenLength: 4096 }, 1e6)).toBe('short')
  })

  test('published attention factors', () => {
    for (const [factor, original, expected] of [
      [2, 2048, 1.044465935734187],
      [10, 2048, 1.1410492816577111],
      [20, 2048, 1.1802129274332955],
      [16, 8192, 1.1435437497937313],
    ] as const) {
      const schedule = { ...longRope, factor, originalMaxPositionEmbeddings: original }
      expect(compute(schedule).attentionFactor).toBeCloseTo(expected, 14)
    }
  })
})

test('all others have one table for every length', () => {
  const schedules: readonly ScheduleOptions[] = [
    plain,
    { type: 'ntk', base: 1e4, factor: 4 },
    { type: 'xpos', base: 1e4, tensor: 'q' },
    { type: 'yarn', base: 1e4, factor: 4, originalMaxPositionEmbeddings: 2048 },
  ]
  for (const schedule of schedules) {
    expect([regime(schedule, 1), regime(schedule, 1e9)]).toEqual(['fixed', 'fixed'])
    expect(compute(schedule, 1e9)).toEqual(compute(schedule))
  }
})

test('a length is a number of tokens', () => {
  for (const length of [-1, Number.NaN, Infinity, '5']) {
    expect(() => regime(plain, length as number)).toThrow(/^length is/)
    expect(() => compute(plain, length as number)).toThrow(/^length is/)
  }
})
