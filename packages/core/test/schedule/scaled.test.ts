/**
 * The scaled schedules against vectors computed in double by an independent script, and the
 * identities that hold between them. See src/conformance/golden/README.md for the vectors.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { GOLDEN_VECTORS } from '../../src/conformance/golden/vectors.js'
import type { Frequencies, ScheduleOptions } from '../../src/schedule/schedule.js'

function compute(schedule: ScheduleOptions, pairs = 64, length?: number): Frequencies {
  const config = resolveConfig({ headDim: 2 * pairs, pairing: 'half', schedule })
  return computeFrequencies(config, length)
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

interface Case {
  readonly schedule: ScheduleOptions
  /** Tokens in the sequence. */
  readonly length?: number
}

const plainSchedule = (base: number): Case => ({ schedule: { type: 'default', base } })
const dynamic = (factor: number, max: number): ScheduleOptions => ({
  type: 'dynamic',
  base: 1e4,
  factor,
  maxPositionEmbeddings: max,
})
const longRope = (short: readonly number[], long: readonly number[]): ScheduleOptions => ({
  type: 'longrope',
  base: 1e4,
  shortFactor: short,
  longFactor: long,
  [L0]: 4096,
  factor: 131072 / 4096,
})

/** One family of powers of a vision model, as the pairs of one axis. */
const family = (base: number, dim: number, exponents: readonly number[]): Case => ({
  schedule: {
    type: 'axial',
    families: [{ base, dim }],
    familyOfPair: exponents.map(() => 0),
    exponentOfPair: exponents,
  },
})

const count = (length: number, of: (i: number) => number): readonly number[] =>
  Array.from({ length }, (_, i) => of(i))

/** LongRoPE's lists are long: the golden file has them. */
function factorsOf(name: string): readonly number[] {
  const params: unknown = GOLDEN_VECTORS.find(([other]) => other === name)?.[1].params
  return (params as { readonly factors: readonly number[] }).factors
}
const phi35 = longRope(
  factorsOf('phi35_mini_longrope_short'),
  factorsOf('phi35_mini_longrope_long'),
)

const CASES: Readonly<Record<string, Case>> = {
  hf_default_d128: plainSchedule(1e4),
  hf_default_d256: plainSchedule(1e4),
  gemma3_sliding: plainSchedule(1e4),
  glm4_partial: plainSchedule(1e4),
  gptj: plainSchedule(1e4),
  gemma3_full_linear8: { schedule: { type: 'linear', base: 1e6, factor: 8 } },
  hf_dynamic_d128_seq16384: { schedule: dynamic(10, 2048), length: 16384 },
  hf_dynamic_reset_d8_seq32: { schedule: dynamic(4, 8), length: 32 },
  hf_yarn_d128: { schedule: yarn(1e4, 10, 2048) },
  hf_yarn_d256: { schedule: yarn(1e4, 10, 131072) },
  gpt_oss: { schedule: yarn(150000, 32, 4096, { truncate: false, betaFast: 32, betaSlow: 1 }) },
  deepseek_v3: {
    schedule: yarn(1e4, 40, 4096, { mscale: 1, mscaleAllDim: 1, scaleSoftmax: true }),
  },
  deepseek_v2_lite: {
    schedule: yarn(1e4, 40, 4096, { mscale: 0.707, mscaleAllDim: 0.707, scaleSoftmax: true }),
  },
  olmo3_full_layers: { schedule: yarn(5e5, 8, 8192) },
  qwen25_yarn4: { schedule: yarn(1e6, 4, 32768) },
  hf_longrope_d128_short2: {
    schedule: {
      ...longRope(
        count(64, () => 2),
        count(64, () => 1),
      ),
      factor: 1,
    } as ScheduleOptions,
    length: 4096,
  },
  hf_longrope_d128_long_1_to_n: {
    schedule: {
      ...longRope(
        count(64, () => 2),
        count(64, (i) => i + 1),
      ),
      factor: 1,
    } as ScheduleOptions,
    length: 4097,
  },
  phi35_mini_longrope_short: { schedule: phi35, length: 4096 },
  phi35_mini_longrope_long: { schedule: phi35, length: 4097 },
  phi4_mini_longrope_short: {
    schedule: longRope(
      count(48, () => 1),
      factorsOf('phi35_mini_longrope_long'),
    ),
  },
  hf_llama3_d128: { schedule: llama3(1e4, 10, 2048) },
  hf_llama3_d256: { schedule: llama3(1e4, 10, 2048) },
  llama31_8b: { schedule: llama3(5e5, 8, 8192) },
  llama32_1b: { schedule: llama3(5e5, 32, 8192) },
  hf_proportional_d128_p025: {
    schedule: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.25 },
  },
  hf_proportional_d256_p025: {
    schedule: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.25 },
  },
  gemma4_full: { schedule: { type: 'proportional', base: 1e6, partialRotaryFactor: 0.25 } },
  hunyuan_alpha1000: { schedule: { type: 'ntk-alpha', base: 1e4, alpha: 1000 } },
  vllm_ntk_fixed_d128_f8: { schedule: { type: 'ntk-fixed', base: 1e4, factor: 8 } },
  ntk_by_parts_d128_f8: { schedule: { type: 'ntk-by-parts', base: 1e4, factor: 8, [L0]: 2048 } },
  dinov3_head64_theta100: family(
    100,
    64,
    count(16, (j) => 4 * j),
  ),
  qwen2vl_vision_head80: family(
    1e4,
    40,
    count(20, (j) => 2 * j),
  ),
  pixtral_head64_h: family(
    1e4,
    64,
    count(16, (j) => 4 * j),
  ),
  pixtral_head64_w: family(
    1e4,
    64,
    count(16, (j) => 4 * j + 2),
  ),
}

describe('golden vectors, to 1e-12 relative', () => {
  test.each(GOLDEN_VECTORS)('%s', (name, golden) => {
    const { schedule, length } = CASES[name] as Case
    const result = compute(schedule, golden.inv_freq.length, length)
    golden.inv_freq.forEach((value, i) => {
      expect(Math.abs((result.inverseFrequencies[i] as number) - value)).toBeLessThanOrEqual(
        1e-12 * value,
      )
    })
    expect(result.attentionFactor).toBeCloseTo(golden.attention_factor, 14)
    expect(result.softmaxScale).toBeCloseTo(golden.softmax_scale_mult ?? 1, 14)
  })

  // Ten digits of models that the file does not hold: half a unit of the last is 5e-10 at most.
  test.each<[string, ScheduleOptions, number, readonly (readonly [number, number])[]]>([
    [
      'ministral 3',
      yarn(1e6, 16, 16384, { mscale: 1, mscaleAllDim: 1 }),
      64,
      [
        [32, 3.382352941e-4],
        [63, 7.755861005e-8],
      ],
    ],
    [
      'deepseek v4, compressed layers',
      yarn(160000, 16, 65536, { mscale: 1, mscaleAllDim: 1 }),
      32,
      [
        [16, 0.002265625],
        [31, 5.680529037e-7],
      ],
    ],
    [
      'kimi k2',
      yarn(50000, 32, 4096, { betaFast: 1, betaSlow: 1, mscale: 1, mscaleAllDim: 1 }),
      32,
      [
        [18, 0.002274203757],
        [19, 0.001621759908],
        [20, 3.614046774e-5],
      ],
    ],
  ])('%s', (_name, schedule, pairs, entries) => {
    const { inverseFrequencies, attentionFactor } = compute(schedule, pairs)
    for (const [i, value] of entries) {
      expect(Math.abs((inverseFrequencies[i] as number) / value - 1)).toBeLessThan(5e-10)
    }
    expect(attentionFactor).toBe(1)
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
    for (const [name, { inv_freq }] of GOLDEN_VECTORS) {
      const { schedule, length } = CASES[name] as Case
      const result = compute(schedule, inv_freq.length, length)
      result.float32Frequencies.forEach((value, i) => {
        const exact = result.inverseFrequencies[i] as number
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact * 2e-5)
      })
    }
  })
})

test.each(['betaFast', 'betaSlow'])(
  'yarn refuses a %s so small that its turns overflow',
  (beta) => {
    const tiny = yarn(1e4, 16, 65536, { [beta]: 5e-324 })
    expect(() => compute(tiny)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field: `schedule.${beta}` }),
    )
    const { inverseFrequencies } = compute(yarn(1e4, 16, 65536, { [beta]: 2 ** -20 }))
    expect(inverseFrequencies.every((frequency) => frequency > 0)).toBe(true)
  },
)
