/**
 * The scaled schedules against vectors computed in double by an independent script, and the
 * identities that hold between them. See src/conformance/golden/README.md for the vectors.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config.js'
import { GOLDEN_VECTORS } from '../../src/conformance/golden/vectors.js'
import type { Frequencies, ScheduleOptions } from '../../src/schedule/schedule.js'

function compute(schedule: ScheduleOptions, pairs = 64): Frequencies {
  return computeFrequencies(resolveConfig({ headDim: 2 * pairs, pairing: 'half', schedule }))
}

const L0 = 'originalMaxPositionEmbeddings'
const yarn = (base: number, factor: number, original: number, more: object = {}): ScheduleOptions =>
  ({ type: 'yarn', base, factor, [L0]: original, ...more }) as ScheduleOptions
const llama3 = (
  base: number,
  factor: number,
  original: number,
  low = 1,
  high = 4,
): ScheduleOptions => ({
  type: 'llama3',
  base,
  factor,
  lowFreqFactor: low,
  highFreqFactor: high,
  originalMaxPositionEmbeddings: original,
})

const CASES: Readonly<Record<string, ScheduleOptions>> = {
  hf_yarn_d128: yarn(1e4, 10, 2048),
  hf_yarn_d256: yarn(1e4, 10, 131072),
  gpt_oss: yarn(150000, 32, 4096, { truncate: false, betaFast: 32, betaSlow: 1 }),
  deepseek_v3: yarn(1e4, 40, 4096, { mscale: 1, mscaleAllDim: 1, scaleSoftmax: true }),
  deepseek_v2_lite: yarn(1e4, 40, 4096, { mscale: 0.707, mscaleAllDim: 0.707, scaleSoftmax: true }),
  olmo3_full_layers: yarn(5e5, 8, 8192),
  qwen25_yarn4: yarn(1e6, 4, 32768),
  hf_llama3_d128: llama3(1e4, 10, 2048),
  hf_llama3_d256: llama3(1e4, 10, 2048),
  llama31_8b: llama3(5e5, 8, 8192),
  llama32_1b: llama3(5e5, 32, 8192),
  hf_proportional_d128_p025: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.25 },
  hf_proportional_d256_p025: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.25 },
  gemma4_full: { type: 'proportional', base: 1e6, partialRotaryFactor: 0.25 },
  hunyuan_alpha1000: { type: 'ntk-alpha', base: 1e4, alpha: 1000 },
}

describe('golden vectors, to 1e-12 relative', () => {
  test.each(Object.entries(CASES))('%s', (name, schedule) => {
    const golden = GOLDEN_VECTORS.find(([other]) => other === name)?.[1]
    if (golden === undefined) throw new Error(`there is no golden vector ${name}`)
    const result = compute(schedule, golden.inv_freq.length)
    golden.inv_freq.forEach((value, i) => {
      expect(Math.abs((result.inverseFrequencies[i] as number) - value)).toBeLessThanOrEqual(
        1e-12 * value,
      )
    })
    expect(result.attentionFactor).toBeCloseTo(golden.attention_factor, 14)
    expect(result.softmaxScale).toBeCloseTo(golden.softmax_scale_mult ?? 1, 14)
  })
})

describe('identities', () => {
  const frequencies = (schedule: ScheduleOptions): readonly number[] => [
    ...compute(schedule).inverseFrequencies,
  ]
  const plain = frequencies({ type: 'default', base: 1e4 })
  const factor = fc.double({ min: 1, max: 100, noNaN: true })

  test('yarn and llama3 stay between default / factor and default', () => {
    fc.assert(
      fc.property(factor, fc.constantFrom(2048, 4096, 8192, 131072), (s, original) => {
        for (const schedule of [yarn(1e4, s, original), llama3(1e4, s, original)]) {
          frequencies(schedule).forEach((value, i) => {
            const top = plain[i] as number
            expect(value).toBeLessThanOrEqual(top * (1 + 1e-15))
            expect(value).toBeGreaterThanOrEqual((top / s) * (1 - 1e-15))
          })
        }
      }),
    )
  })

  test('ntk interpolates the last pair by the factor and leaves the first alone', () => {
    fc.assert(
      fc.property(factor, (s) => {
        const scaled = frequencies({ type: 'ntk', base: 1e4, factor: s })
        expect(scaled[0]).toBe(1)
        expect((scaled[63] as number) * s).toBeCloseTo(plain[63] as number, 12)
      }),
    )
  })

  test('proportional with a share of 1 is linear; half the factor doubles', () => {
    expect(
      frequencies({ type: 'proportional', base: 1e4, partialRotaryFactor: 1, factor: 3 }),
    ).toEqual(frequencies({ type: 'linear', base: 1e4, factor: 3 }))
  })

  test('llama3: only L0/low and L0/high matter (Sesame CSM writes them differently)', () => {
    const usual = frequencies(llama3(5e5, 32, 8192, 1, 4))
    expect(frequencies(llama3(5e5, 32, 1024, 0.125, 0.5))).toEqual(usual)
    expect(frequencies(llama3(5e5, 32, 16, 0.001953125, 0.0078125))).toEqual(usual)
  })

  test('llama3 with low = high is a step (Llama 4 Scout)', () => {
    const step = frequencies(llama3(5e5, 16, 8192, 1, 1))
    const base = frequencies({ type: 'default', base: 5e5 })
    step.forEach((value, i) => {
      const top = base[i] as number
      const kept = (2 * Math.PI) / top <= 8192
      expect(value).toBe(kept ? top : top / 16)
    })
  })

  test('yarn: where beta fast equals beta slow the ramp is one pair wide (Kimi K2)', () => {
    const kimi = [
      ...compute(yarn(50000, 32, 4096, { betaFast: 1, betaSlow: 1 }), 32).inverseFrequencies,
    ]
    expect(kimi[19]).toBeCloseTo(0.001621759908, 11)
    expect(kimi[20]).toBeCloseTo(3.614046774e-5, 13)
  })

  test('yarn: an attention factor overrides, temperatures follow g', () => {
    expect(compute(yarn(1e4, 64, 4096, { attentionFactor: 1 })).attentionFactor).toBe(1)
    expect(compute(yarn(1e4, 0.5, 4096)).attentionFactor).toBe(1)
  })

  test('float32 twins are within float32 rounding of the doubles', () => {
    for (const schedule of Object.values(CASES)) {
      const { inverseFrequencies, float32Frequencies } = compute(schedule)
      float32Frequencies.forEach((value, i) => {
        const exact = inverseFrequencies[i] as number
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact * 2e-5)
      })
    }
  })
})
