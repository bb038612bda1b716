/**
 * GGUF: what released files say, the two meanings of a key, and that writing and reading again
 * gives the same config.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../../../src/config/axes.js'
import { computeFrequencies, type RopeConfig, resolveConfig } from '../../../src/config/config.js'
import { RopeError } from '../../../src/errors.js'
import { GGUF_ARCHITECTURES, ggufRopeKind } from '../../../src/models/gguf/architectures.js'
import { divisorsOf } from '../../../src/models/gguf/divisors.js'
import { fromGguf, ggufProfiles } from '../../../src/models/gguf/from-gguf.js'
import { toGguf } from '../../../src/models/gguf/to-gguf.js'
import { type GgufRope, shortestFloat32 } from '../../../src/models/gguf/values.js'
import { huggingFaceProfiles } from '../../../src/models/huggingface/from-hugging-face.js'
import type { WritableProfile } from '../../../src/models/profile.js'
import { interleavedAxes } from '../../../src/presets/text.js'
import { arbitraryConfig } from '../../arbitrary-configs.js'
import { REAL_CONFIGS } from '../huggingface/real-configs.js'

/** A file of one architecture with heads of 128 channels; numbers as float32, as files have them. */
function file(
  architecture: string,
  keys: Readonly<Record<string, unknown>> = {},
  tensors: GgufRope['tensors'] = {},
): GgufRope {
  const own = { 'rope.freq_base': 10000, 'attention.key_length': 128, ...keys }
  const entries = Object.entries(own).map(([key, value]) => [
    `${architecture}.${key}`,
    typeof value === 'number' ? Math.fround(value) : value,
  ])
  return {
    metadata: { 'general.architecture': architecture, ...Object.fromEntries(entries) },
    tensors,
  }
}

const through = (config: RopeConfig, architecture: string): RopeConfig =>
  fromGguf(toGguf(config, { architecture }))

function refusal(given: GgufRope): string {
  try {
    fromGguf(given)
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'accepted'
}

describe('architectures', () => {
  test('each is in the table once', () => {
    expect(new Set(GGUF_ARCHITECTURES).size).toBe(GGUF_ARCHITECTURES.length)
  })

  test.each([
    ['llama', false, 'interleaved'],
    ['deepseek2', false, 'interleaved'],
    ['qwen2', false, 'half'],
    ['gpt-oss', false, 'half'],
    ['qwen2vl', true, 'mrope'],
    ['qwen3vl', true, 'imrope'],
    ['glm4', false, 'interleaved'],
    ['glm4', true, 'mrope'],
    ['glm4moe', false, 'half'],
    ['mamba', false, 'none'],
    ['novel', false, undefined],
  ])('%s, sections %s', (architecture, sections, kind) => {
    expect(ggufRopeKind(architecture, sections)).toBe(kind)
  })

  test('a Llama is half in its checkpoint and interleaved in its file', () => {
    const checkpoint = resolveConfig({
      headDim: 128,
      pairing: 'half',
      schedule: { type: 'default', base: 5e5 },
    })
    const output = toGguf(checkpoint, { architecture: 'llama' })
    expect(output.permutation).toEqual({ from: 'half', to: 'interleaved' })
    expect(fromGguf(output)).toEqual({ ...checkpoint, pairing: 'interleaved' })
    expect(toGguf(checkpoint, { architecture: 'qwen2' }).permutation).toBeNull()
  })

  test('an unknown one is not guessed; one without RoPE does not rotate', () => {
    expect(() => ggufProfiles(file('novel'))).toThrow(/"novel", .* give pairing: 'half' for/)
    expect(fromGguf(file('novel'), { pairing: 'interleaved' }).pairing).toBe('interleaved')
    expect(ggufProfiles(file('mamba'))).toEqual([
      {
        ...{ name: 'default', config: null, layers: null, attentionDim: null },
        ...{ assumptions: [], warnings: [] },
      },
    ])
  })
})

describe('schedules', () => {
  const scheduleOf = (...given: Parameters<typeof file>): unknown =>
    fromGguf(file(...given)).schedule

  test('a factor without a type is linear; zero and one are none', () => {
    expect(scheduleOf('llama', { 'rope.scaling.factor': 4 })).toEqual({
      type: 'linear',
      base: 10000,
      factor: 4,
    })
    expect(scheduleOf('llama', { 'rope.scale_linear': 2 })).toMatchObject({ factor: 2 })
    expect(scheduleOf('llama', { 'rope.scaling.factor': 0 })).toEqual({
      type: 'default',
      base: 10000,
    })
  })

  test.each([
    [4, 2, 4],
    [0, 2, undefined],
    [1, 0, 1],
  ])('rope.scaling.factor %s hides rope.scale_linear %s', (factor, older, used) => {
    const keys = { 'rope.scaling.factor': factor, 'rope.scale_linear': older }
    const type = used === undefined ? 'default' : 'linear'
    expect(scheduleOf('llama', keys)).toEqual({
      ...{ type, base: 10000 },
      ...(used === undefined ? {} : { factor: used }),
    })
  })

  test('an amplitude without a type of its own leaves the factor what it is', () => {
    const keys = { 'rope.scaling.factor': 4, 'rope.scaling.attn_factor': 1.25 }
    const got = computeFrequencies(fromGguf(file('llama', keys)))
    const linear = { type: 'linear', base: 1e4, factor: 4 } as const
    const wanted = computeFrequencies(
      resolveConfig({ headDim: 128, pairing: 'half', schedule: linear }),
    )
    expect(got.attentionFactor).toBe(1.25)
    expect(got.inverseFrequencies).toHaveLength(64)
    got.inverseFrequencies.forEach((frequency, i) => {
      expect(frequency).toBeCloseTo(wanted.inverseFrequencies[i] as number, 15)
    })
  })

  const yarn = {
    'rope.scaling.type': 'yarn',
    'rope.scaling.factor': 40,
    'rope.scaling.original_context_length': 4096,
    'rope.dimension_count': 64,
  }
  test('the two meanings of yarn_log_multiplier', () => {
    const multiplier = (architecture: string, value: number): unknown =>
      scheduleOf(architecture, { ...yarn, 'rope.scaling.yarn_log_multiplier': value })
    // A tenth of 0.707 in DeepSeek V2, mscale_all_dim itself in Mistral 3.
    expect(multiplier('deepseek2', 0.0707)).toMatchObject({
      mscale: 0.707,
      mscaleAllDim: 0.707,
      scaleSoftmax: true,
    })
    expect(multiplier('deepseek32', 0.1)).toMatchObject({ mscale: 1, mscaleAllDim: 1 })
    expect(multiplier('mistral3', 1)).toMatchObject({ mscale: 1, mscaleAllDim: 1 })
    expect(multiplier('mistral3', 1)).not.toHaveProperty('scaleSoftmax')
  })

  test('DeepSeek V3 comes to its published numbers', () => {
    const config = fromGguf(file('deepseek2', { ...yarn, 'rope.scaling.yarn_log_multiplier': 0.1 }))
    const { attentionFactor, softmaxScale, inverseFrequencies } = computeFrequencies(config)
    expect(config.headDim).toBe(64)
    expect(attentionFactor).toBe(1)
    expect(softmaxScale).toBeCloseTo(1.8738542070926265, 12)
    expect(inverseFrequencies[24]).toBeCloseTo(2.5e-5, 15)
  })

  test('Llama 3.1 is found again from its divisors alone', () => {
    const config = resolveConfig({
      headDim: 128,
      pairing: 'interleaved',
      schedule: {
        ...{ type: 'llama3', base: 5e5, factor: 8, lowFreqFactor: 1, highFreqFactor: 4 },
        originalMaxPositionEmbeddings: 8192,
      },
    })
    const { tensors } = toGguf(config, { architecture: 'llama' })
    const bare = file('llama', { 'rope.freq_base': 5e5 }, tensors)
    expect(fromGguf(bare)).toEqual(config)
  })

  test('the original length that a file states is the one that its divisors are solved for', () => {
    const schedule = {
      type: 'llama3' as const,
      ...{ base: 1e4, factor: 8, lowFreqFactor: 2, highFreqFactor: 6 },
      originalMaxPositionEmbeddings: 4096,
    }
    const tensors = { 'rope_freqs.weight': divisorsOf(schedule, 1e4, 64) }
    const keys = { 'rope.scaling.original_context_length': 4096 }
    expect(scheduleOf('llama', keys, tensors)).toEqual(schedule)
    // Without it the same ramp is told from a length at which the slowest part begins with one turn.
    expect(scheduleOf('llama', {}, tensors)).toMatchObject({
      ...{ lowFreqFactor: 1, highFreqFactor: 3, originalMaxPositionEmbeddings: 2048 },
    })
  })

  test('divisors of nobody become a list of frequencies', () => {
    const divisors = Float32Array.from({ length: 64 }, (_, i) => 1 + (i % 7))
    const { schedule } = fromGguf(file('llama', {}, { 'rope_freqs.weight': divisors }))
    expect(schedule).toMatchObject({ type: 'custom' })
    const list = (schedule as { inverseFrequencies: readonly number[] }).inverseFrequencies
    expect(list[0]).toBe(1)
    expect(list[1]).toBeCloseTo(10000 ** (-1 / 64) / 2, 12)
  })

  test('an amplitude beside divisors is kept, whatever schedule the divisors are those of', () => {
    const llama3 = {
      type: 'llama3' as const,
      ...{ base: 1e4, factor: 8, lowFreqFactor: 1, highFreqFactor: 4 },
      originalMaxPositionEmbeddings: 8192,
    }
    const proportional = { type: 'proportional', base: 1e4, partialRotaryFactor: 0.25 } as const
    for (const schedule of [{ type: 'default', base: 1e4 } as const, llama3, proportional]) {
      const divisors = divisorsOf(schedule, 1e4, 64)
      const keys = { 'rope.scaling.attn_factor': 1.25 }
      const read = fromGguf(file('llama', keys, { 'rope_freqs.weight': divisors }))
      const [got, plain] = [computeFrequencies(read), computeFrequencies({ ...read, schedule })]
      expect(got.attentionFactor).toBe(1.25)
      plain.inverseFrequencies.forEach((frequency, i) => {
        const own = got.inverseFrequencies[i] ?? Number.NaN
        expect(Math.abs(own - frequency)).toBeLessThanOrEqual(2 ** -23 * frequency)
      })
    }
  })

  test('Gemma 4: pairs that stand still', () => {
    const divisors = Float32Array.from({ length: 256 }, (_, i) => (i < 64 ? 1 : 1e30))
    const keys = {
      ...{ 'rope.freq_base': 1e6, 'rope.freq_base_swa': 1e4, 'attention.key_length': 512 },
      ...{ 'attention.key_length_swa': 256, 'rope.dimension_count': 512 },
      ...{ 'rope.dimension_count_swa': 256, 'attention.sliding_window_pattern': [true, false] },
    }
    const profiles = ggufProfiles(file('gemma4', keys, { 'rope_freqs.weight': divisors }))
    expect(profiles).toMatchObject([
      {
        name: 'full_attention',
        config: { headDim: 512, schedule: { type: 'proportional', partialRotaryFactor: 0.25 } },
        layers: [1],
      },
      {
        name: 'sliding_attention',
        config: { headDim: 256, rotaryDim: 256, schedule: { type: 'default', base: 1e4 } },
        layers: [0],
      },
    ])
  })

  test('Hunyuan-VL computes its base from alpha', () => {
    expect(
      scheduleOf('hunyuan_vl', {
        'rope.scaling.alpha': 50,
        'rope.scaling.type': 'none',
        'rope.dimension_sections': [16, 16, 16, 16],
      }),
    ).toEqual({ type: 'ntk-alpha', base: 10000, alpha: 50 })
  })
})

describe('axes', () => {
  test('sections, and T, H, W in turn as the model has them', () => {
    const two = file('qwen2vl', { 'rope.dimension_sections': [16, 24, 24, 0] })
    expect(fromGguf(two).axes).toEqual(sectionAxes([16, 24, 24]))
    const three = file('qwen3vl', { 'rope.dimension_sections': [24, 20, 20, 0] })
    expect(fromGguf(three).axes).toEqual(interleavedAxes([24, 20, 20]))
    expect(ggufProfiles(three)[0]?.warnings.join()).toMatch(/fourth position/)
  })
})

describe('layers', () => {
  const kinds = (architecture: string, keys: Readonly<Record<string, unknown>>): unknown =>
    ggufProfiles(file(architecture, { block_count: 6, ...keys })).map(
      ({ name, config, layers }) => [name, config?.schedule ?? null, layers],
    )
  const plain = (base: number): unknown => ({ type: 'default', base })

  test.each<[string, Readonly<Record<string, unknown>>, unknown]>([
    [
      'llama4',
      {},
      [
        ['rope', plain(1e4), [0, 1, 2, 4, 5]],
        ['nope', null, [3]],
      ],
    ],
    [
      'smollm3',
      { 'attention.rope_pattern': [1, 0, 1, 1, 1, 1] },
      [
        ['rope', plain(1e4), [0, 2, 3, 4, 5]],
        ['nope', null, [1]],
      ],
    ],
    [
      'cohere2',
      { 'attention.sliding_window': 4096 },
      [
        ['full_attention', null, [3]],
        ['sliding_attention', plain(1e4), [0, 1, 2, 4, 5]],
      ],
    ],
    [
      'gemma3',
      { 'rope.freq_base': 1e6, 'attention.sliding_window': 1024, 'rope.scaling.factor': 8 },
      [
        ['full_attention', { type: 'linear', base: 1e6, factor: 8 }, [5]],
        ['sliding_attention', plain(1e4), [0, 1, 2, 3, 4]],
      ],
    ],
    [
      'modern-bert',
      { 'rope.freq_base': 160000, 'rope.freq_base_swa': 10000 },
      [
        ['full_attention', plain(160000), [0, 3]],
        ['sliding_attention', plain(1e4), [1, 2, 4, 5]],
      ],
    ],
  ])('%s %j', (architecture, keys, expected) => {
    expect(kinds(architecture, keys)).toEqual(expected)
  })
})

describe('a round trip is the identity', () => {
  const architectures = { half: 'phi3', interleaved: 'llama' } as const
  /** A factor of 1 that is stated is the same as one that is not. */
  const withoutUnit = (config: RopeConfig): RopeConfig => {
    const { schedule } = config
    if (schedule.type !== 'proportional' || schedule.factor !== 1) return config
    const { factor: _, ...rest } = schedule
    return { ...config, schedule: rest }
  }
  // What GGUF has keys for; the numbers are short decimals, which float32 gives back.
  const said = ['default', 'linear', 'llama3', 'proportional']
  test.each(said)('%s', (type) => {
    fc.assert(
      fc.property(arbitraryConfig([type]).map(withoutUnit), (config) => {
        const again = through(config, architectures[config.pairing])
        // Divisors that are all 1 are the default schedule, whatever they were made from.
        if (again.schedule.type === 'default') {
          expect(computeFrequencies(again)).toEqual(computeFrequencies(config))
        } else expect(again).toEqual(config)
      }),
      { numRuns: 30 },
    )
  })

  test('yarn, in the parameters that GGUF has', () => {
    fc.assert(
      fc.property(arbitraryConfig(['yarn']), (config) => {
        if (config.schedule.type !== 'yarn') return
        const {
          truncate: _t,
          scaleSoftmax: _s,
          mscale: _m,
          mscaleAllDim: _a,
          ...rest
        } = config.schedule
        const { attentionFactor: _f, ...schedule } = rest
        const given = resolveConfig({ ...config, schedule })
        const again = through(given, architectures[given.pairing])
        const factor = schedule.attnFactor === 1 ? { attnFactor: 1 } : {}
        expect({ ...again, schedule: { ...factor, ...again.schedule } }).toEqual(given)
      }),
      { numRuns: 30 },
    )
  })

  // The rest comes back as other options that give the same numbers to float32. What GGUF has no
  // key for is refused: another amplitude for long sequences, and most softmax scales.
  const sayable = (config: RopeConfig): boolean => {
    const [short, long] = [computeFrequencies(config, 1), computeFrequencies(config, 2 ** 20)]
    return short.attentionFactor === long.attentionFactor && short.softmaxScale === 1
  }
  test.each(['yarn', 'longrope', 'ntk-alpha', 'ntk-fixed', 'ntk-mixed', 'ntk-by-parts'])(
    '%s: the same numbers, or a refusal where GGUF cannot say them',
    (type) => {
      const seen = { sayable: 0, refused: 0 }
      fc.assert(
        fc.property(arbitraryConfig([type]), (config) => {
          if (!sayable(config)) {
            seen.refused += 1
            expect(() => through(config, architectures[config.pairing])).toThrow(
              /cannot be said in GGUF: (attention factor|softmax scale)/,
            )
            return
          }
          seen.sayable += 1
          const again = through(config, architectures[config.pairing])
          for (const length of [1, 2 ** 20]) {
            const [a, b] = [computeFrequencies(config, length), computeFrequencies(again, length)]
            expect(b.attentionFactor / a.attentionFactor).toBeCloseTo(1, 5)
            expect(b.softmaxScale).toBe(a.softmaxScale)
            a.inverseFrequencies.forEach((frequency, i) => {
              expect((b.inverseFrequencies[i] ?? 0) / frequency).toBeCloseTo(1, 5)
            })
          }
        }),
        // The same configs each time: of yarn and longrope about a third can be said.
        { numRuns: 60, seed: 20_2405 },
      )
      expect(seen.sayable).toBeGreaterThanOrEqual(10)
      expect(seen.refused > 0).toBe(['yarn', 'longrope'].includes(type))
    },
  )

  test.each([
    ['Gemma-3-4B, version 5', 'gemma3'],
    ['Gemma-4', 'gemma4'],
    ['ModernBERT', 'modern-bert'],
    ['Llama-4-Scout', 'llama4'],
    ['Command R7B (Cohere 2)', 'cohere2'],
    ['MiMo-V2-Flash', 'mimo2'],
    ['OLMo-3', 'olmo2'],
    ['Step-3.5', 'step35'],
    ['DeepSeek-V3', 'deepseek2'],
    ['DeepSeek-V2-Lite', 'deepseek2'],
    ['DeepSeek-V4, version 5', 'deepseek4'],
    ['Kimi-K2', 'deepseek2'],
    ['Mistral-4', 'mistral4'],
    ['Ministral-3', 'mistral3'],
    ['SmolLM3', 'smollm3'],
    ['Hunyuan-VL', 'hunyuan_vl'],
    ['Hunyuan-Dense', 'hunyuan-dense'],
    ['Qwen2-VL', 'qwen2vl'],
    ['Qwen3.5', 'qwen35'],
    ['Laguna-XS.2', 'laguna'],
    ['Phi-3.5-mini', 'phi3'],
    ['Phi-4-mini', 'phi3'],
    ['Qwen3-VL', 'qwen3vl'],
    ['gpt-oss', 'gpt-oss'],
  ])('%s as %s', (model, architecture) => {
    const profiles: readonly WritableProfile[] = huggingFaceProfiles(REAL_CONFIGS[model]?.json)
    const again = ggufProfiles(toGguf(profiles, { architecture }))
    expect(again.map(({ name }) => name)).toEqual(profiles.map(({ name }) => name))
    again.forEach(({ config, layers }, index) => {
      const wanted = profiles[index]
      if (wanted?.layers) expect(layers).toEqual(wanted.layers)
      if (!wanted?.config || config === null) {
        expect(config).toBe(wanted?.config)
        return
      }
      const [a, b] = [computeFrequencies(wanted.config, 9e9), computeFrequencies(config, 9e9)]
      expect(b.attentionFactor / a.attentionFactor).toBeCloseTo(1, 6)
      expect(b.softmaxScale).toBeCloseTo(a.softmaxScale, 6)
    })
  })

  test('gpt-oss is yarn keys, since its graph takes no factor tensor', () => {
    const [profile] = huggingFaceProfiles(REAL_CONFIGS['gpt-oss']?.json)
    const output = toGguf(profile?.config as RopeConfig, { architecture: 'gpt-oss' })
    expect(output.metadata).toMatchObject({ 'gpt-oss.rope.scaling.type': 'yarn' })
    expect(output.tensors).toEqual({})
    expect(output.notes.join()).toMatch(/truncate: false has no key/)
    expect(fromGguf(output).schedule).toMatchObject({ type: 'yarn', truncate: false })
  })

  test('a tensor that the graph would not use is refused', () => {
    const schedule = { type: 'yarn', base: 1e4, factor: 4, originalMaxPositionEmbeddings: 4096 }
    const config = resolveConfig({
      headDim: 64,
      pairing: 'half',
      schedule: { ...schedule, truncate: false } as const,
    } as RopeConfig)
    expect(() => toGguf(config, { architecture: 'qwen2' })).toThrow(/does not use/)
    expect(toGguf(config, { architecture: 'llama' }).notes.join()).toMatch(/as divisors/)
  })
})

describe('refused', () => {
  test.each<[GgufRope, string]>([
    [{ metadata: {} }, 'INVALID_CONFIG general.architecture'],
    [file('llama', { 'rope.freq_base': 'x' }), 'INVALID_CONFIG llama.rope.freq_base'],
    [file('llama', { 'rope.scaling.type': 'magic' }), 'UNKNOWN_SCHEDULE llama.rope.scaling.type'],
    [file('llama', { 'rope.scaling.type': 'yarn' }), 'INVALID_CONFIG rope.scaling.factor'],
    [file('phi3', { 'rope.scaling.type': 'longrope' }), 'INVALID_CONFIG rope_factors_short.weight'],
    [file('llama', { 'rope.dimension_count': 7 }), 'INVALID_CONFIG llama.rope.dimension_count'],
    [file('llama', { block_count: 1e9 }), 'INVALID_CONFIG llama.block_count'],
    [
      file('llama', {}, { 'rope_freqs.weight': new Float32Array(3) }),
      'INVALID_CONFIG rope_freqs.weight',
    ],
    [
      file('qwen2vl', { 'rope.dimension_sections': [1, 2, 3, 0] }),
      'INVALID_CONFIG qwen2vl.rope.dimension_sections',
    ],
    [file('gemma3', { 'attention.sliding_window': 9 }), 'INVALID_OPTION profile'],
  ])('%#', (given, expected) => {
    expect(refusal(given)).toBe(expected)
  })

  test('what GGUF cannot say', () => {
    const config = resolveConfig({
      headDim: 64,
      pairing: 'half',
      schedule: { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 2048 },
    })
    expect(() => toGguf(config, { architecture: 'qwen2' })).toThrow(/'dynamic' has no form in GGUF/)
    expect(() => toGguf(config, { architecture: 'novel' })).toThrow(/not in the table of pairings/)
    expect(() => toGguf(config, { architecture: 'mamba' })).toThrow(/has no RoPE/)
  })
})

test('the shortest decimal of a float32 is what was written', () => {
  expect(shortestFloat32(Math.fround(0.707))).toBe(0.707)
  expect(shortestFloat32(Math.fround(0.0707))).toBe(0.0707)
  expect(shortestFloat32(1e30)).toBe(1e30)
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(shortestFloat32(value)) === value).toBe(true)
    }),
  )
})

describe('what only the code knows', () => {
  const layers = (given: Parameters<typeof file>): unknown =>
    ggufProfiles(file(...given)).map(({ config, layers: own }) => [config !== null, own])

  test('models that do not rotate, against their kind', () => {
    const none = [[false, null]]
    expect(layers(['bert', {}])).toEqual(none)
    expect(layers(['starcoder', {}])).toEqual(none)
    expect(layers(['granitehybrid', { 'rope.scaling.finetuned': false }])).toEqual(none)
    expect(layers(['granitehybrid', { 'rope.scaling.finetuned': true }])).toEqual([[true, null]])
    expect(layers(['llama', { 'rope.scaling.finetuned': false }])).toEqual([[true, null]])
    expect(layers(['baichuan', { block_count: 40 }])).toEqual(none)
    expect(layers(['baichuan', { block_count: 32 }])).toEqual([[true, null]])
  })

  test('layers that do not rotate', () => {
    const windowed = { block_count: 8, 'attention.sliding_window': 4096 }
    expect(layers(['afmoe', { block_count: 8 }])).toEqual([
      [true, [0, 1, 2, 4, 5, 6]],
      [false, [3, 7]],
    ])
    expect(layers(['smallthinker', windowed])).toEqual([
      [false, [0, 4]],
      [true, [1, 2, 3, 5, 6, 7]],
    ])
    expect(layers(['exaone-moe', windowed])).toEqual([
      [false, [3, 7]],
      [true, [0, 1, 2, 4, 5, 6]],
    ])
  })
})
