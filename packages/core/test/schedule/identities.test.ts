/**
 * Identities between schedules that Hugging Face's tests of its RoPE utilities assert, over random
 * parameters instead of the few of those tests; and what holds for every schedule there is.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, regimeFor, resolveConfig } from '../../src/config/config.js'
import { GOLDEN_ROTATIONS } from '../../src/conformance/golden/vectors.js'
import { createRope } from '../../src/rope/rope.js'
import { dependsOnLength, SCHEDULES } from '../../src/schedule/registry.js'
import type { Frequencies, ScheduleOptions } from '../../src/schedule/schedule.js'
import { permutePairing } from '../../src/weights/permute-pairing.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const PAIRS = 64
const resolve = (schedule: ScheduleOptions) =>
  resolveConfig({ headDim: 2 * PAIRS, pairing: 'half', schedule })
const compute = (schedule: ScheduleOptions, length?: number): Frequencies =>
  computeFrequencies(resolve(schedule), length)
const values = (schedule: ScheduleOptions, length?: number): readonly number[] => [
  ...compute(schedule, length).inverseFrequencies,
]

const base = fc.double({ min: 100, max: 1e7, noNaN: true })
const factor = fc.double({ min: 1.01, max: 128, noNaN: true })
const original = fc.constantFrom(1024, 2048, 4096, 8192, 32768, 131072)
const L0 = 'originalMaxPositionEmbeddings'

describe('Hugging Face', () => {
  test('linear is default / factor', () => {
    fc.assert(
      fc.property(base, factor, (theta, s) => {
        const plain = values({ type: 'default', base: theta })
        expect(values({ type: 'linear', base: theta, factor: s })).toEqual(
          plain.map((value) => value / s),
        )
      }),
      { numRuns: 30 },
    )
  })

  test('dynamic is default up to the context, and neither default nor linear beyond', () => {
    fc.assert(
      fc.property(base, factor, original, fc.nat(10), (theta, s, max, more) => {
        const dynamic: ScheduleOptions = {
          type: 'dynamic',
          base: theta,
          factor: s,
          maxPositionEmbeddings: max,
        }
        const plain = values({ type: 'default', base: theta })
        expect(values(dynamic, max - more)).toEqual(plain)
        const linear = values({ type: 'linear', base: theta, factor: s })
        const scaled = values(dynamic, 2 * max + more)
        scaled.slice(1).forEach((value, i) => {
          expect(value).not.toBe(plain[i + 1])
          expect(value).not.toBe(linear[i + 1])
        })
      }),
      { numRuns: 30 },
    )
  })

  test('yarn: beta_fast 1000 leaves the first pair alone; the last 20 are linear', () => {
    const yarn: ScheduleOptions = {
      type: 'yarn',
      base: 1e4,
      factor: 10,
      [L0]: 2048,
      betaFast: 1000,
    }
    const scaled = values(yarn)
    const plain = values({ type: 'default', base: 1e4 })
    const linear = values({ type: 'linear', base: 1e4, factor: 10 })
    const kept = scaled.flatMap((value, i) => (value === plain[i] ? [i] : []))
    expect(kept).toEqual([0])
    expect(scaled.slice(-20)).toEqual(linear.slice(-20))
  })

  test('yarn: a stated attention factor passes through', () => {
    const yarn = { type: 'yarn', base: 1e4, factor: 10, [L0]: 2048 } as const
    expect(compute({ ...yarn, attentionFactor: 0.5 }).attentionFactor).toBe(0.5)
  })

  test('llama3: high_freq_factor 1000 scales every pair', () => {
    const llama3: ScheduleOptions = {
      type: 'llama3',
      base: 1e4,
      factor: 10,
      [L0]: 2048,
      lowFreqFactor: 1,
      highFreqFactor: 1000,
    }
    const plain = values({ type: 'default', base: 1e4 })
    values(llama3).forEach((value, i) => expect(value).toBeLessThan(plain[i] as number))
  })

  test('proportional: factor 2 halves every frequency', () => {
    fc.assert(
      fc.property(base, fc.double({ min: 0.1, max: 1, noNaN: true }), (theta, share) => {
        const one = values({ type: 'proportional', base: theta, partialRotaryFactor: share })
        const two = values({
          type: 'proportional',
          base: theta,
          partialRotaryFactor: share,
          factor: 2,
        })
        expect(two).toEqual(one.map((value) => value / 2))
      }),
      { numRuns: 30 },
    )
  })
})

/** One of every schedule; the compiler sees to it that none is missing. */
const ALL: Readonly<Record<ScheduleOptions['type'], ScheduleOptions>> = {
  default: { type: 'default', base: 1e4 },
  linear: { type: 'linear', base: 1e4, factor: 4 },
  ntk: { type: 'ntk', base: 1e4, factor: 4 },
  'ntk-alpha': { type: 'ntk-alpha', base: 1e4, alpha: 1000 },
  'ntk-fixed': { type: 'ntk-fixed', base: 1e4, factor: 4 },
  'ntk-mixed': { type: 'ntk-mixed', base: 1e4, factor: 4, mixedB: 0.625 },
  'ntk-by-parts': { type: 'ntk-by-parts', base: 1e4, factor: 4, [L0]: 2048 },
  dynamic: { type: 'dynamic', base: 1e4, factor: 4, maxPositionEmbeddings: 2048 },
  yarn: { type: 'yarn', base: 1e4, factor: 4, [L0]: 2048 },
  'dynamic-yarn': { type: 'dynamic-yarn', base: 1e4, [L0]: 2048 },
  longrope: {
    type: 'longrope',
    base: 1e4,
    shortFactor: Array<number>(PAIRS).fill(1),
    longFactor: Array<number>(PAIRS).fill(4),
    [L0]: 2048,
    factor: 4,
  },
  llama3: { type: 'llama3', base: 1e4, factor: 4, [L0]: 2048, lowFreqFactor: 1, highFreqFactor: 4 },
  proportional: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.5 },
  xpos: { type: 'xpos', base: 1e4, tensor: 'q' },
  fope: {
    type: 'fope',
    base: 1e4,
    cosCoefficients: [[1]],
    sinCoefficients: [[1]],
    restSin: 0,
  },
  pixel: { type: 'pixel', maxFrequency: 10 },
  axial: {
    type: 'axial',
    families: [{ base: 100, dim: 128 }],
    familyOfPair: Array<number>(PAIRS).fill(0),
    exponentOfPair: Array.from({ length: PAIRS }, (_, i) => 2 * i),
  },
  custom: { type: 'custom', inverseFrequencies: Array<number>(PAIRS).fill(0.5) },
}

describe.each(SCHEDULES)('every schedule: %s', (type) => {
  const schedule = ALL[type]

  test('has a frequency per pair, in three precisions that agree', () => {
    const { inverseFrequencies, residuals, float32Frequencies } = compute(schedule, 5000)
    expect([inverseFrequencies, residuals, float32Frequencies].map((list) => list.length)).toEqual([
      PAIRS,
      PAIRS,
      PAIRS,
    ])
    inverseFrequencies.forEach((value, i) => {
      expect(Math.abs(residuals[i] as number)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -52)
      const error = Math.abs((float32Frequencies[i] as number) - value)
      expect(error).toBeLessThanOrEqual(Math.abs(value) * 2e-6)
    })
  })

  test('multiplies cos and sin by 1, unless it is a YaRN or LongRoPE', () => {
    const { attentionFactor, softmaxScale } = compute(schedule, 5000)
    const isHotter = ['yarn', 'dynamic-yarn', 'longrope'].includes(type)
    expect(attentionFactor > 1).toBe(isHotter)
    if (!isHotter) expect(attentionFactor).toBe(1)
    expect(softmaxScale).toBe(1)
  })

  test('survives JSON, and resolves to itself', () => {
    const config = resolve(schedule)
    expect(resolveConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)
    expect(Object.isFrozen(config.schedule)).toBe(true)
  })

  test('one regime, one table', () => {
    const config = resolve(schedule)
    const tables = [1, 100, 2048, 2049, 2050, 100_000].map((length) => ({
      regime: regimeFor(config, length),
      table: values(schedule, length).join(),
    }))
    for (const a of tables) {
      for (const b of tables) expect(a.regime === b.regime).toBe(a.table === b.table)
    }
    const isFixed = regimeFor(config, 1) === 'fixed'
    expect(dependsOnLength(schedule)).toBe(!isFixed)
  })

  test('refuses a key it does not know', () => {
    expect(() => resolve({ ...schedule, unknown: 1 } as never)).toThrow(/unknown key "unknown"/)
  })
})

describe('interleaved in, half out (DeepSeek)', () => {
  const golden = GOLDEN_ROTATIONS.interleaved_in_half_out as readonly number[]
  const x = (): Float64Array => Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  const move = { from: 'interleaved', to: 'half', heads: 1, headDim: 8 } as const
  const rope = (pairing: 'half' | 'interleaved') =>
    createRope(
      { headDim: 8, pairing, schedule: { type: 'default', base: 1e4 } },
      { backend: createNaiveBackend(), layout: 'thd' },
    )

  test('is the interleaved rotation, its channels put in the other order', () => {
    const q = { data: x(), shape: [1, 1, 8] }
    rope('interleaved').rotate({ q, positions: 3 })
    permutePairing(q.data, move).forEach((value, i) => {
      expect(value).toBeCloseTo(golden[i] as number, 10)
    })
  })

  test('or the half rotation of channels in that order: weights can be permuted instead', () => {
    const q = { data: permutePairing(x(), move), shape: [1, 1, 8] }
    rope('half').rotate({ q, positions: 3 })
    q.data.forEach((value, i) => expect(value).toBeCloseTo(golden[i] as number, 10))
  })
})
