/**
 * Inverse frequencies and attention factors as Hugging Face transformers computes them (recorded by
 * tooling/golden/schedules.py), against our exact ones and, bit by bit, our float32 ones.
 *
 * PyTorch's float32 power function is not correctly rounded: it may be off by one unit in the last
 * place, and ours is right. The table below states how often the two part.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../../src/config/config.js'
import { float32OfBase64 } from '../../../src/conformance/golden/recorded.js'
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import data from '../../../src/conformance/golden/recorded-schedules.json' with { type: 'json' }
import type { Frequencies, ScheduleOptions } from '../../../src/schedule/schedule.js'

interface RecordedSchedule {
  readonly name: string
  readonly headDim: number
  readonly maxPositionEmbeddings: number
  readonly parameters: Readonly<Record<string, unknown>> & {
    readonly rope_type: string
    readonly rope_theta: number
    readonly partial_rotary_factor?: number
    readonly factor?: number
    readonly alpha?: number
    readonly original_max_position_embeddings?: number
  }
  readonly length?: number
  /** `tensor` as transformers passes it at run time; a `number` is computed with in double. */
  readonly lengthIs?: string
  readonly attentionScaling: number
  readonly invFreq: string
}

const CASES = data.cases as readonly RecordedSchedule[]

/** transformers' keys under our names; those that are not there stay away. */
const NAMES: Readonly<Record<string, string>> = {
  factor: 'factor',
  low_freq_factor: 'lowFreqFactor',
  high_freq_factor: 'highFreqFactor',
  original_max_position_embeddings: 'originalMaxPositionEmbeddings',
  beta_fast: 'betaFast',
  beta_slow: 'betaSlow',
  truncate: 'truncate',
  attention_factor: 'attentionFactor',
  mscale: 'mscale',
  mscale_all_dim: 'mscaleAllDim',
  short_factor: 'shortFactor',
  long_factor: 'longFactor',
}

function scheduleOf(recorded: RecordedSchedule): ScheduleOptions {
  const { parameters, maxPositionEmbeddings: longest, length, lengthIs } = recorded
  const { rope_type: type, rope_theta: base, partial_rotary_factor: partial } = parameters
  // Hunyuan's spelling: a fixed alpha under the name of a dynamic type.
  if (parameters.alpha !== undefined) return { type: 'ntk-alpha', base, alpha: parameters.alpha }
  const original = parameters.original_max_position_embeddings
  const known = Object.entries(NAMES).flatMap(([from, to]) =>
    from in parameters ? [[to, parameters[from]] as const] : [],
  )
  const special = {
    proportional: { partialRotaryFactor: partial },
    dynamic: {
      maxPositionEmbeddings: longest,
      ...(lengthIs === 'number' ? { frozenLength: length } : {}),
    },
    longrope: { factor: parameters.factor ?? longest / (original ?? longest) },
  }[type]
  return { type, base, ...Object.fromEntries(known), ...special } as unknown as ScheduleOptions
}

function ours(recorded: RecordedSchedule): Frequencies {
  const { headDim, parameters, length } = recorded
  const share = parameters.rope_type === 'proportional' ? 1 : parameters.partial_rotary_factor
  const rotaryDim = Math.floor(headDim * (share ?? 1))
  const options = { headDim, rotaryDim, pairing: 'half', schedule: scheduleOf(recorded) } as const
  return computeFrequencies(resolveConfig(options), length)
}

/** How many operations follow the first power, each of which may turn one unit into one more. */
const OPERATIONS: Readonly<Record<string, number>> = {
  default: 1,
  linear: 2,
  proportional: 2,
  longrope: 2,
  dynamic: 3,
  yarn: 6,
  llama3: 8,
}

/** The largest difference, relative. Zeros have to be zeros. */
function worst(actual: ArrayLike<number>, recorded: Float32Array): number {
  return recorded.reduce((largest, value, i) => {
    const off = value === 0 ? Math.abs(actual[i] as number) : (actual[i] as number) / value - 1
    return Math.max(largest, Math.abs(off))
  }, 0)
}

describe.each(CASES.map((recorded) => [recorded.name, recorded] as const))('%s', (_, recorded) => {
  const inverse = float32OfBase64(recorded.invFreq)
  const { rope_type: type, rope_theta: base } = recorded.parameters
  const operations = OPERATIONS[type] ?? 0

  test('the attention factor is the same number', () => {
    expect(ours(recorded).attentionFactor).toBe(recorded.attentionScaling)
  })

  test('float32 frequencies differ by the power function alone', () => {
    const { float32Frequencies } = ours(recorded)
    expect(float32Frequencies).toHaveLength(inverse.length)
    expect(worst(float32Frequencies, inverse)).toBeLessThanOrEqual((1 + operations) * 2 ** -23)
  })

  test('exact frequencies differ by roundings to float32 alone', () => {
    const { inverseFrequencies } = ours(recorded)
    const pairs = inverse.length
    // Rounding the exponent e moves the power by ln(base) e 2^-24; the base itself may be rounded.
    const rounding = (Math.log(base) * 1.5 + 2 * (operations + 2)) * 2 ** -24
    // A blend's share is good to a few units; the original frequency is what it is a share of.
    const blended = type === 'yarn' || type === 'llama3' ? 8 * 2 ** -24 : 0
    inverse.forEach((value, i) => {
      const exact = inverseFrequencies[i] as number
      const original = base ** (-i / pairs)
      const isBlend = exact < original * (1 - 1e-9)
      const allowed = exact * rounding + (isBlend ? original * blended : 0)
      expect(Math.abs(exact - value)).toBeLessThanOrEqual(allowed)
    })
  })
})

test('how many float32 frequencies have the same bits as those of PyTorch', () => {
  const counts = CASES.map((recorded) => {
    const inverse = float32OfBase64(recorded.invFreq)
    const { float32Frequencies } = ours(recorded)
    const equal = inverse.filter((value, i) => Object.is(value, float32Frequencies[i])).length
    return { name: recorded.name, equal, all: inverse.length }
  })
  const unequal = counts.filter(({ equal, all }) => equal !== all)
  const total = (key: 'equal' | 'all'): number => counts.reduce((sum, one) => sum + one[key], 0)
  expect(
    [
      `${total('equal')} of ${total('all')} in ${counts.length} recordings; all but those of`,
      ...unequal.map(({ name, equal, all }) => `${name} ${equal} of ${all}`),
    ].join('\n'),
  ).toMatchInlineSnapshot(`
    "4469 of 4510 in 81 recordings; all but those of
    default/code-llama-mixtral-qwen2 63 of 64
    default/qwen3-vl 63 of 64
    default/gemma3-sliding 127 of 128
    default/gemma3-1b-full 127 of 128
    linear/gemma3-full 127 of 128
    llama3/apertus 62 of 64
    yarn/test-nested 127 of 128
    yarn/qwen3 63 of 64
    yarn/gpt-oss 30 of 32
    yarn/kimi-k2 31 of 32
    yarn/kimi-k2-untruncated 31 of 32
    yarn/kimi-k2.5 31 of 32
    yarn/ministral-3 63 of 64
    proportional/gemma4-full 255 of 256
    dynamic/test/2049-tensor 63 of 64
    dynamic/test/2049-number 63 of 64
    dynamic/test/16384-tensor 62 of 64
    dynamic/test/16384-number 62 of 64
    dynamic/nested/200000-tensor 124 of 128
    dynamic/nested/200000-number 124 of 128
    dynamic/internlm2.5 63 of 64
    dynamic/internlm2.5/40000-tensor 62 of 64
    dynamic/internlm2.5/40000-number 62 of 64
    dynamic/internlm2.5/262144-tensor 63 of 64
    dynamic/internlm2.5/262144-number 63 of 64
    alpha/hunyuan-dense 63 of 64
    alpha/hunyuan-vl 63 of 64
    longrope/phi-3.5-mini/4097 47 of 48
    longrope/phi-4-mini/4097 47 of 48"
  `)
})
