/**
 * Writing config.json: a round trip is the identity in both spellings, and what a spelling cannot
 * say is refused.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../../../src/config/axes.js'
import { computeFrequencies, type RopeConfig, resolveConfig } from '../../../src/config/config.js'
import { RopeError } from '../../../src/errors.js'
import {
  fromHuggingFace,
  huggingFaceProfiles,
} from '../../../src/models/huggingface/from-hugging-face.js'
import {
  type ToHuggingFaceOptions,
  toHuggingFace,
} from '../../../src/models/huggingface/to-hugging-face.js'
import type { WritableProfile } from '../../../src/models/profile.js'
import { ernieAxes, interleavedAxes } from '../../../src/presets/text.js'
import { ARBITRARY_SCHEDULES, arbitraryConfig } from '../../arbitrary-configs.js'
import { bareConfig, bareProfiles } from '../bare-profiles.js'
import { kinds, REAL_CONFIGS } from './real-configs.js'

const through = (config: RopeConfig, options: ToHuggingFaceOptions): RopeConfig =>
  bareConfig(fromHuggingFace(JSON.parse(JSON.stringify(toHuggingFace(config, options)))))

const VERSIONS = ['legacy', 'v5'] as const

describe.each(VERSIONS)('a round trip through %s is the identity', (version) => {
  test.each(ARBITRARY_SCHEDULES)('%s', (type) => {
    fc.assert(
      fc.property(arbitraryConfig([type]), (config) => {
        expect(through(config, { version })).toEqual(config)
      }),
      { numRuns: 60 },
    )
  })

  test('a model type says the pairing, and without one the file still does', () => {
    const config = fromHuggingFace(REAL_CONFIGS['Aya-23-8B']?.json)
    expect(toHuggingFace(config, { version })).toMatchObject({ rope_interleave: true })
    const cohere = toHuggingFace(config, { version, modelType: 'cohere' })
    expect(cohere).not.toHaveProperty('rope_interleave')
    expect(through(config, { version, modelType: 'cohere' })).toEqual(bareConfig(config))
  })

  test.each([
    ['sections', sectionAxes([16, 24, 24]), 'qwen2_vl'],
    ['in turn', interleavedAxes([24, 20, 20]), 'qwen3_vl'],
    ['four sections', sectionAxes([16, 16, 16, 16]), 'hunyuan_vl'],
    ['Ernie', ernieAxes([22, 22, 20]), 'ernie4_5_vl'],
  ])('axes: %s', (_, axes, modelType) => {
    const pairing = modelType === 'ernie4_5_vl' ? 'interleaved' : 'half'
    const schedule = { type: 'default', base: 1e6 } as const
    const config = resolveConfig({ headDim: 128, pairing, schedule, axes })
    expect(through(config, { version, modelType })).toEqual(config)
  })
})

describe('profiles', () => {
  const profiles = (model: string): readonly WritableProfile[] =>
    huggingFaceProfiles(REAL_CONFIGS[model]?.json)

  test.each([
    ['Gemma-3-4B, legacy', 'gemma3_text', 'rope_local_base_freq'],
    ['Gemma-3-1B', 'gemma3_text', 'rope_local_base_freq'],
    ['ModernBERT', 'modernbert', 'local_rope_theta'],
    ['MiMo-V2-Flash', 'mimo_v2_flash', 'swa_rope_theta'],
    ['DeepSeek-V4, version 5', 'deepseek_v4', 'compress_rope_theta'],
    ['SmolLM3', 'smollm3', 'no_rope_layers'],
    ['Llama-4-Scout', 'llama4_text', 'no_rope_layers'],
    ['Command R7B (Cohere 2)', 'cohere2', 'layer_types'],
    ['OLMo-3', 'olmo3', 'rope_scaling'],
  ])('%s has a legacy form', (model, modelType, key) => {
    const json = toHuggingFace(profiles(model), { version: 'legacy', modelType })
    expect(json).toHaveProperty(key)
    expect(bareProfiles(huggingFaceProfiles(json))).toEqual(bareProfiles(profiles(model)))
  })

  test('legacy and version 5 of one model are the same', () => {
    const legacy = profiles('Gemma-3-4B, legacy')
    const json = toHuggingFace(legacy, { version: 'v5', modelType: 'gemma3_text' })
    expect(json).toEqual({
      model_type: 'gemma3_text',
      head_dim: 256,
      num_hidden_layers: 34,
      layer_types: kinds(34, 6),
      rope_parameters: {
        full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
        sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
      },
    })
  })

  test('any two kinds of layers, in version 5', () => {
    const two = fc.tuple(
      arbitraryConfig(['default', 'linear', 'yarn', 'llama3', 'longrope']),
      fc.nat(1),
    )
    fc.assert(
      fc.property(two, ([full, still]) => {
        const sliding = { ...full, schedule: { type: 'default', base: 1e4 } } as RopeConfig
        const given = [
          { name: 'full_attention', config: still === 1 ? null : full, layers: [1, 3] },
          { name: 'sliding_attention', config: sliding, layers: [0, 2] },
        ]
        const written = toHuggingFace(given, { version: 'v5' })
        expect(bareProfiles(huggingFaceProfiles(written))).toEqual(bareProfiles(given))
      }),
    )
  })
})

test('ntk comes back as the same numbers under the name that files have for it', () => {
  const config = resolveConfig({
    headDim: 64,
    pairing: 'half',
    schedule: { type: 'ntk', base: 10000, factor: 4 },
  })
  const again = through(config, { version: 'v5' })
  expect(again.schedule).toEqual({ type: 'ntk-alpha', base: 10000, alpha: 4 })
  expect(computeFrequencies(again)).toEqual(computeFrequencies(config))
})

describe('refused', () => {
  const half = { headDim: 64, pairing: 'half' } as const
  const plain = { type: 'default', base: 10000 } as const
  const yarn = {
    type: 'yarn',
    base: 10000,
    factor: 4,
    originalMaxPositionEmbeddings: 4096,
  } as const
  const refusal = (options: Parameters<typeof resolveConfig>[0], modelType?: string): string => {
    try {
      toHuggingFace(resolveConfig(options), { version: 'v5', modelType })
    } catch (error) {
      if (RopeError.isInstance(error) && error.code === 'INVALID_OPTION') return error.message
      throw error
    }
    return 'written'
  }

  test.each<[string, Parameters<typeof resolveConfig>[0], string | undefined, RegExp]>([
    [
      'a list of frequencies',
      { ...half, schedule: { type: 'custom', inverseFrequencies: Array(32).fill(1) } },
      undefined,
      /'custom' has no name in config.json/,
    ],
    [
      'a window in the middle',
      { ...half, windowOffset: 16, rotaryDim: 32, schedule: plain },
      undefined,
      /starts at channel 16, which only the model type deepseek_v4/,
    ],
    [
      'an exponent that is not the window',
      { ...half, schedule: { ...plain, exponentDim: 32 } },
      undefined,
      /cannot be said in this form/,
    ],
    [
      'axes in no order',
      {
        ...half,
        schedule: plain,
        axes: { kind: 'one-hot', count: 2, axisOfPair: [1, ...Array(31).fill(0)] },
      },
      undefined,
      /axes.axisOfPair/,
    ],
    [
      'a frozen table',
      {
        ...half,
        schedule: {
          type: 'dynamic',
          base: 1e4,
          factor: 2,
          maxPositionEmbeddings: 64,
          frozenLength: 128,
        },
      },
      undefined,
      /frozenLength/,
    ],
    [
      'a model that scales the softmax, without it',
      { ...half, schedule: yarn },
      'deepseek_v3',
      /'deepseek_v3' scales the softmax/,
    ],
    [
      'a coefficient of nobody',
      { ...half, schedule: { ...yarn, mscaleCoefficient: 0.2 } },
      undefined,
      /mscaleCoefficient/,
    ],
  ])('%s', (_, options, modelType, message) => {
    expect(refusal(options, modelType)).toMatch(message)
  })

  test('layers that do not add up, and no profile that rotates', () => {
    const config = resolveConfig({ ...half, schedule: plain })
    const given = [
      { name: 'rope', config, layers: [0, 9] },
      { name: 'nope', config: null, layers: [1] },
    ]
    expect(() => toHuggingFace(given, { version: 'v5' })).toThrow(/count every layer once/)
    expect(() => toHuggingFace([], { version: 'v5' })).toThrow(/no profile that rotates/)
    expect(() => toHuggingFace(config, { version: 'v6' as 'v5' })).toThrow(/version is "v6"/)
  })
})
