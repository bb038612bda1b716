/**
 * config.json files: both spellings, profiles, what is assumed, what is refused.
 */
import { describe, expect, test } from 'vitest'
import type { RopeConfig } from '../../../src/config/config.js'
import { RopeError } from '../../../src/errors.js'
import {
  fromHuggingFace,
  huggingFaceProfiles,
} from '../../../src/models/huggingface/from-hugging-face.js'
import { bareProfiles } from '../bare-profiles.js'

const LLAMA = {
  model_type: 'llama',
  hidden_size: 4096,
  num_attention_heads: 32,
  rope_theta: 10000,
  rope_scaling: null,
}

function refusal(json: unknown, options = {}): string {
  try {
    fromHuggingFace(json, options)
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'accepted'
}

const ones = (length: number): readonly number[] => Array.from({ length }, () => 1)

describe('spellings', () => {
  const expected = {
    headDim: 128,
    pairing: 'half',
    rotaryDim: 128,
    schedule: { type: 'default', base: 10000 },
  }
  test('legacy', () => {
    expect(fromHuggingFace(LLAMA)).toMatchObject(expected)
    expect(huggingFaceProfiles(LLAMA)[0]?.warnings).toEqual([])
  })

  test('version 5', () => {
    const json = {
      model_type: 'llama',
      head_dim: 128,
      rope_parameters: { rope_type: 'default', rope_theta: 10000 },
    }
    expect(fromHuggingFace(json)).toMatchObject(expected)
  })

  test('both, when they agree', () => {
    const json = {
      ...LLAMA,
      rope_scaling: { type: 'linear', factor: 2 },
      rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 10000 },
    }
    expect(fromHuggingFace(json).schedule).toEqual({ type: 'linear', base: 10000, factor: 2 })
  })

  test('type and rope_type alike', () => {
    expect(
      fromHuggingFace({
        ...LLAMA,
        rope_scaling: { type: 'linear', rope_type: 'linear', factor: 4 },
      }).schedule,
    ).toEqual({ type: 'linear', base: 10000, factor: 4 })
  })
})

describe('windows', () => {
  test.each<[string, object, number]>([
    ['GPT-NeoX rotary_pct', { model_type: 'gpt_neox', rotary_pct: 0.25 }, 32],
    ['GPT-J rotary_dim', { model_type: 'gptj', rotary_dim: 64 }, 64],
    ['Phi partial_rotary_factor', { model_type: 'phi', partial_rotary_factor: 0.5 }, 64],
    [
      'MiMo: the floor of a float product',
      { head_dim: 192, rope_parameters: { rope_theta: 1e4, partial_rotary_factor: 0.334 } },
      64,
    ],
  ])('%s', (_name, json, rotaryDim) => {
    expect(fromHuggingFace({ ...LLAMA, ...json })).toMatchObject({ rotaryDim, windowOffset: 0 })
  })
})

describe('schedules', () => {
  const of = (json: object): unknown => fromHuggingFace({ ...LLAMA, ...json }).schedule

  test('Llama 3.1', () => {
    const rope_scaling = {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    }
    expect(of({ rope_theta: 5e5, rope_scaling })).toEqual({
      type: 'llama3',
      base: 5e5,
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositionEmbeddings: 8192,
    })
  })

  test('gpt-oss, DeepSeek V3 and an implied factor', () => {
    const yarn = { rope_type: 'yarn', factor: 32, original_max_position_embeddings: 4096 }
    expect(of({ rope_scaling: { ...yarn, truncate: false, beta_fast: 32 } })).toMatchObject({
      type: 'yarn',
      truncate: false,
      betaFast: 32,
    })
    expect(
      of({ model_type: 'deepseek_v3', rope_scaling: { ...yarn, mscale: 1, mscale_all_dim: 1 } }),
    ).toMatchObject({ scaleSoftmax: true, mscale: 1 })
    expect(
      of({ max_position_embeddings: 32768, rope_scaling: { ...yarn, factor: null } }),
    ).toMatchObject({ factor: 8 })
  })

  test('longrope: the factor beside the lists, or what the lengths imply', () => {
    const lists = { short_factor: ones(64), long_factor: ones(64) }
    const longrope = { rope_type: 'longrope', ...lists }
    const read = (rope_scaling: object, lengths: object): unknown =>
      of({ ...lengths, rope_scaling: { ...longrope, ...rope_scaling } })
    const lengths = { max_position_embeddings: 8192, original_max_position_embeddings: 2048 }
    expect(read({}, lengths)).toMatchObject({ factor: 4 })
    expect(read({ factor: 16 }, lengths)).toMatchObject({ factor: 16 })
    const equal = { max_position_embeddings: 2048, original_max_position_embeddings: 2048 }
    expect(read({}, equal)).not.toHaveProperty('factor')
    expect(read({ factor: 16 }, equal)).toMatchObject({ factor: 16 })
  })

  test("Hunyuan's alpha makes dynamic a fixed change of the base; zero and null do not", () => {
    const read = (alpha: unknown): unknown =>
      of({
        max_position_embeddings: 4096,
        rope_scaling: { rope_type: 'dynamic', factor: 2, alpha },
      })
    expect(read(1000)).toEqual({ type: 'ntk-alpha', base: 10000, alpha: 1000 })
    const dynamic = { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 4096 }
    for (const alpha of [0, null, undefined]) expect(read(alpha)).toEqual(dynamic)
  })

  test('the coefficient of TeleChat 3', () => {
    const yarn = { rope_type: 'telechat3-yarn', factor: 8, original_max_position_embeddings: 4096 }
    expect(of({ rope_scaling: yarn })).toMatchObject({ type: 'yarn', mscaleCoefficient: 0.07 })
  })

  test('proportional: the share among the parameters before the one beside them', () => {
    const proportional = { rope_type: 'proportional', rope_theta: 1e4 }
    const read = (own: object, top: object): unknown =>
      of({ ...top, rope_theta: undefined, rope_parameters: { ...proportional, ...own } })
    const [own, top] = [{ partial_rotary_factor: 0.25 }, { partial_rotary_factor: 0.5 }]
    expect(read(own, top)).toMatchObject({ partialRotaryFactor: 0.25 })
    expect(read({}, top)).toMatchObject({ partialRotaryFactor: 0.5 })
    expect(read(own, {})).toMatchObject({ partialRotaryFactor: 0.25 })
    expect(read({}, {})).toMatchObject({ partialRotaryFactor: 1 })
  })

  test('proportional pairs across the whole head', () => {
    const rope_parameters = {
      rope_type: 'proportional',
      rope_theta: 1e4,
      partial_rotary_factor: 0.25,
    }
    expect(fromHuggingFace({ ...LLAMA, rope_scaling: null, rope_parameters })).toMatchObject({
      rotaryDim: 128,
      schedule: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.25 },
    })
  })

  test('Hunyuan: dynamic with alpha', () => {
    expect(of({ rope_scaling: { type: 'dynamic', alpha: 1000, factor: 1 } })).toEqual({
      type: 'ntk-alpha',
      base: 10000,
      alpha: 1000,
    })
  })
})

describe('pairing', () => {
  test('follows from the model type, or from the caller', () => {
    expect(fromHuggingFace({ ...LLAMA, model_type: 'gptj' }).pairing).toBe('interleaved')
    expect(fromHuggingFace({ ...LLAMA, model_type: 'cohere' }).pairing).toBe('interleaved')
    expect(fromHuggingFace(LLAMA, { pairing: 'interleaved' }).pairing).toBe('interleaved')
  })

  test.each(['novel', undefined])('of model type %s is not guessed', (model_type) => {
    const json = { ...LLAMA, model_type }
    expect(refusal(json)).toBe('INVALID_CONFIG model_type')
    expect(() => fromHuggingFace(json)).toThrow(/give pairing: 'half' if .* 'interleaved' if/)
    const [profile] = huggingFaceProfiles(json, { pairing: 'interleaved' })
    expect(profile?.config?.pairing).toBe('interleaved')
    expect(profile?.assumptions.join()).toMatch(/its code is taken to add nothing/)
    expect(profile?.config?.assumptions).toEqual(profile?.assumptions)
    expect(refusal({ ...json, rope_interleave: true })).toBe('accepted')
  })
})

describe('profiles', () => {
  const gemma = {
    model_type: 'gemma3_text',
    head_dim: 256,
    rope_theta: 1e6,
    rope_local_base_freq: 1e4,
    rope_scaling: { rope_type: 'linear', factor: 8 },
  }
  const nested = {
    model_type: 'gemma3_text',
    head_dim: 256,
    rope_parameters: {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
      sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
    },
  }

  test('Gemma 3, legacy and version 5, are the same', () => {
    const profiles = huggingFaceProfiles(gemma)
    expect(profiles.map(({ name }) => name)).toEqual(['full_attention', 'sliding_attention'])
    expect(bareProfiles(profiles)).toEqual(bareProfiles(huggingFaceProfiles(nested)))
    expect(fromHuggingFace(gemma, { profile: 'sliding_attention' }).schedule).toEqual({
      type: 'default',
      base: 1e4,
    })
  })

  test('one must be named when there are several', () => {
    expect(refusal(gemma)).toBe('INVALID_OPTION profile')
    expect(refusal(gemma, { profile: 'local' })).toBe('INVALID_OPTION profile')
  })

  test('layers without RoPE', () => {
    const json = { ...nested, rope_parameters: { ...nested.rope_parameters, full_attention: null } }
    expect(huggingFaceProfiles(json)[0]).toEqual({
      name: 'full_attention',
      config: null,
      layers: null,
      attentionDim: null,
      assumptions: [],
      warnings: [],
    })
    expect(refusal(json, { profile: 'full_attention' })).toBe('INVALID_CONFIG profile')
  })

  test('a language model inside a multimodal one', () => {
    expect(fromHuggingFace({ model_type: 'llava', text_config: LLAMA }).headDim).toBe(128)
  })
})

function axisOfPair(config: RopeConfig): readonly number[] {
  return config.axes?.kind === 'one-hot' ? config.axes.axisOfPair : []
}

describe('axes', () => {
  test('Qwen2-VL sections', () => {
    const config = fromHuggingFace({
      ...LLAMA,
      model_type: 'qwen2_vl',
      rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
    })
    expect(config.axes).toMatchObject({ kind: 'one-hot', count: 3 })
    expect([15, 16, 39, 40].map((i) => axisOfPair(config)[i])).toEqual([0, 1, 1, 2])
  })

  test('Qwen3-VL interleaved sections end on the temporal axis', () => {
    const config = fromHuggingFace({
      ...LLAMA,
      model_type: 'qwen3_vl',
      rope_scaling: { rope_type: 'default', mrope_section: [24, 20, 20], mrope_interleaved: true },
    })
    expect(axisOfPair(config)).toEqual([...Array.from({ length: 60 }, (_, i) => i % 3), 0, 0, 0, 0])
  })

  test('sections that do not add up', () => {
    expect(
      refusal({ ...LLAMA, rope_scaling: { type: 'mrope', mrope_section: [16, 24, 23] } }),
    ).toBe('INVALID_CONFIG mrope_section')
  })
})

describe('warnings', () => {
  const warnings = (json: object): string =>
    (huggingFaceProfiles(json)[0]?.warnings ?? []).join('\n')
  test('a missing base, unread keys, an odd factor', () => {
    const { rope_theta: _dropped, ...bare } = LLAMA
    expect(huggingFaceProfiles(bare)[0]?.assumptions).toEqual([
      'rope_theta is missing; 10000, the usual one, is taken',
    ])
    expect(huggingFaceProfiles(LLAMA)[0]).toMatchObject({ assumptions: [], warnings: [] })
    expect(
      warnings({ ...LLAMA, rope_scaling: { type: 'linear', factor: 0.5, beta_fast: 1 } }),
    ).toMatch(/below 1[\s\S]*beta_fast/)
    expect(warnings({ ...LLAMA, rope_news: 0.3 })).toMatch(/rope_news is not read/)
  })
})

describe('what goes wrong elsewhere', () => {
  const yarn = { rope_type: 'yarn', factor: 32, original_max_position_embeddings: 4096 }
  const warnings = (rope_scaling: object, max_position_embeddings: number): string =>
    (
      huggingFaceProfiles({ ...LLAMA, max_position_embeddings, rope_scaling })[0]?.warnings ?? []
    ).join()

  test('truncate is kept in the dictionary of a kind of layer', () => {
    const full = { ...yarn, rope_theta: 150000, truncate: false }
    const json = { ...LLAMA, rope_theta: null, rope_parameters: { full_attention: full } }
    const bare = { ...json, rope_scaling: null }
    expect(fromHuggingFace(bare).schedule).toMatchObject({ type: 'yarn', truncate: false })
  })

  test('a stated attention_factor is never dropped, and 1 is a statement', () => {
    const { schedule } = fromHuggingFace({
      ...LLAMA,
      rope_scaling: { ...yarn, attention_factor: 1 },
    })
    expect(schedule).toMatchObject({ attentionFactor: 1 })
  })

  test('factors that do not fit the lengths, and ramps that run backwards', () => {
    expect(warnings(yarn, 131072)).toBe('')
    expect(warnings(yarn, 4096)).toBe('')
    expect(warnings(yarn, 65536)).toMatch(/factor is 32, but .* is 16; factor is used/)
    expect(warnings({ ...yarn, beta_fast: 1, beta_slow: 32 }, 4096)).toMatch(/runs backwards/)
    expect(warnings({ ...yarn, beta_fast: 0 }, 4096)).toBe('')
    const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 1 }
    expect(warnings({ ...llama3, original_max_position_embeddings: 64 }, 128)).toMatch(/is a step/)
  })

  test('a base that is only in the code is never assumed in silence', () => {
    const { rope_theta: _, ...rest } = LLAMA
    const [profile] = huggingFaceProfiles({ ...rest, model_type: 'mixtral' })
    expect(profile?.config?.schedule).toEqual({ type: 'default', base: 1e6 })
    expect(profile?.config?.assumptions).toEqual([
      'rope_theta is missing; 1000000, as in the code of mixtral, is taken',
    ])
  })

  test('a rope type that is only in the code is taken whole, and said', () => {
    const { rope_theta: _, ...rest } = LLAMA
    const [profile] = huggingFaceProfiles({ ...rest, model_type: 'gpt_oss' })
    const expected = { type: 'yarn', base: 150000, factor: 32, truncate: false }
    expect(profile?.config?.schedule).toMatchObject(expected)
    expect(profile?.assumptions.join()).toMatch(/rope_parameters is missing; .*yarn/)
  })
})

describe('refusals', () => {
  test.each<[unknown, string]>([
    [null, 'INVALID_CONFIG the file'],
    [[], 'INVALID_CONFIG the file'],
    [{}, 'INVALID_CONFIG model_type'],
    [{ model_type: 'llama' }, 'INVALID_CONFIG head_dim'],
    [{ ...LLAMA, rope_scaling: 'linear' }, 'INVALID_CONFIG rope_scaling'],
    [{ ...LLAMA, rope_theta: '10000' }, 'INVALID_CONFIG rope_theta'],
    [{ ...LLAMA, rope_theta: 0 }, 'INVALID_CONFIG rope_theta'],
    [{ ...LLAMA, head_dim: 2.5 }, 'INVALID_CONFIG head_dim'],
    [{ ...LLAMA, head_dim: 1e12 }, 'INVALID_CONFIG head_dim'],
    [{ ...LLAMA, partial_rotary_factor: 2 }, 'INVALID_CONFIG rotary_dim'],
    [{ ...LLAMA, partial_rotary_factor: 0.33 }, 'accepted'],
    [{ ...LLAMA, head_dim: 100, partial_rotary_factor: 0.29 }, 'accepted'],
    [{ ...LLAMA, head_dim: 100, partial_rotary_factor: 0.3 }, 'accepted'],
    [{ ...LLAMA, head_dim: 100, partial_rotary_factor: 0.31 }, 'INVALID_CONFIG rotary_dim'],
    [{ ...LLAMA, rope_scaling: { type: 'linear' } }, 'INVALID_CONFIG factor'],
    [
      { ...LLAMA, rope_scaling: { type: 'linear', rope_type: 'default', factor: 2 } },
      'INVALID_CONFIG type',
    ],
    [
      {
        ...LLAMA,
        rope_scaling: { type: 'linear', factor: 2 },
        rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 1e4 },
      },
      'INVALID_CONFIG rope_scaling.factor',
    ],
    [
      { ...LLAMA, rope_parameters: { rope_type: 'default', rope_theta: 1e6 } },
      'INVALID_CONFIG rope_theta',
    ],
    [
      { ...LLAMA, rope_scaling: { type: 'yarn', factor: 4 } },
      'INVALID_CONFIG original_max_position_embeddings',
    ],
    [
      { ...LLAMA, rope_scaling: { type: 'dynamic', factor: 4 } },
      'INVALID_CONFIG max_position_embeddings',
    ],
    [
      { ...LLAMA, max_position_embeddings: 2048, rope_scaling: { type: 'dynamic' } },
      'INVALID_CONFIG factor',
    ],
    [
      { ...LLAMA, rope_scaling: { type: 'llama3', factor: 8, low_freq_factor: 1 } },
      'INVALID_CONFIG high_freq_factor',
    ],
    [{ ...LLAMA, rope_scaling: { type: 'su' } }, 'INVALID_CONFIG original_max_position_embeddings'],
    [
      { ...LLAMA, original_max_position_embeddings: 64, rope_scaling: { type: 'su' } },
      'INVALID_CONFIG short_factor',
    ],
    [{ ...LLAMA, rope_scaling: { type: 'fope' } }, 'UNKNOWN_SCHEDULE rope_type'],
    [{ ...LLAMA, rope_interleave: 1 }, 'INVALID_CONFIG rope_interleave'],
    [{ ...LLAMA, rope_theta: [1e4, 'x'] }, 'INVALID_CONFIG rope_theta[1]'],
    [{ ...LLAMA, no_rope_layers: [1, 2] }, 'INVALID_CONFIG no_rope_layers[1]'],
    [{ ...LLAMA, rope_pct: 0.5, rotary_pct: 0.25 }, 'INVALID_CONFIG rope_pct'],
    [{ ...LLAMA, rope_base: 1e6 }, 'INVALID_CONFIG rope_base'],
    [
      { ...LLAMA, qk_rope_head_dim: 64, qk_nope_head_dim: 128, partial_rotary_factor: 0.5 },
      'INVALID_CONFIG partial_rotary_factor',
    ],
    [{ ...LLAMA, rope_scaling: { type: 'magic' } }, 'UNKNOWN_SCHEDULE rope_type'],
  ])('%#', (json, expected) => {
    expect(refusal(json)).toBe(expected)
  })

  test('the message names the types that are known, and what to do about the others', () => {
    expect(() => fromHuggingFace({ ...LLAMA, rope_scaling: { rope_type: 'magic' } })).toThrow(
      /"magic" is not known; known: default, linear, dynamic, yarn, longrope, llama3/,
    )
    expect(() => fromHuggingFace({ ...LLAMA, rope_scaling: { rope_type: 'fope' } })).toThrow(
      /"fope" is known, but not read: its matrices are learned/,
    )
  })
})

describe('a dictionary by layer type and the layers agree', () => {
  const sliding_attention = { rope_type: 'default', rope_theta: 1e4 }
  const full_attention = { rope_type: 'linear', factor: 8, rope_theta: 1e6 }
  const kinds = (count: number, every: number, rare: string, usual: string): readonly string[] =>
    Array.from({ length: count }, (_, layer) => ((layer + 1) % every === 0 ? rare : usual))
  const gemma = {
    ...{ model_type: 'gemma3_text', head_dim: 256 },
    layer_types: kinds(34, 6, 'full_attention', 'sliding_attention'),
  }
  const layersOf = (json: unknown): unknown =>
    huggingFaceProfiles(json).map(({ name, config, layers }) => [name, config !== null, layers])

  test('a type without an entry is an error that names its layers', () => {
    const message =
      'config.json: rope_parameters has no entry for layer type "full_attention" (layers 5, 11, ...); it has: sliding_attention'
    const json = { ...gemma, rope_parameters: { sliding_attention } }
    expect(() => huggingFaceProfiles(json)).toThrow(message)
    expect(refusal(json, { profile: 'sliding_attention' })).toBe('INVALID_CONFIG rope_parameters')
    const { layer_types: _, ...counted } = { ...json, num_hidden_layers: 6 }
    expect(() => huggingFaceProfiles(counted)).toThrow('"full_attention" (layer 5); it has')
  })

  test('so are names of which no layer has any', () => {
    const json = { ...gemma, rope_parameters: { global: full_attention, local: sliding_attention } }
    expect(() => huggingFaceProfiles(json)).toThrow(
      'no entry for layer type "sliding_attention" (layers 0, 1, ...); it has: global, local',
    )
  })

  test('an entry that no layer uses is a warning', () => {
    const layer_types = ['sliding_attention', 'sliding_attention']
    const json = { ...gemma, layer_types, rope_parameters: { full_attention, sliding_attention } }
    const unused = 'no layer is of type "full_attention": its RoPE parameters are not used'
    const [full, sliding] = huggingFaceProfiles(json)
    expect(full?.warnings).toContain(unused)
    expect(sliding?.warnings).toEqual([])
  })

  test('layers without RoPE need no entry, and layers without attention are no profile', () => {
    const rope_parameters = { sliding_attention }
    expect(
      layersOf({
        ...{ model_type: 'cohere2', head_dim: 128, rope_parameters },
        layer_types: kinds(4, 4, 'full_attention', 'sliding_attention'),
      }),
    ).toEqual([
      ['sliding_attention', true, [0, 1, 2]],
      ['full_attention', false, [3]],
    ])
    expect(
      layersOf({
        ...{ model_type: 'llama4_text', head_dim: 128, num_hidden_layers: 4 },
        rope_parameters: { chunked_attention: sliding_attention },
        layer_types: kinds(4, 4, 'full_attention', 'chunked_attention'),
      }),
    ).toEqual([
      ['chunked_attention', true, [0, 1, 2]],
      ['full_attention', false, [3]],
    ])
    expect(
      layersOf({
        ...{ model_type: 'qwen3_next', head_dim: 128, rope_parameters: { full_attention } },
        layer_types: kinds(4, 4, 'full_attention', 'linear_attention'),
      }),
    ).toEqual([['full_attention', true, [3]]])
  })
})

describe('heads', () => {
  test('that do not share the hidden size evenly are an error', () => {
    const json = { ...LLAMA, num_attention_heads: 30 }
    expect(() => fromHuggingFace(json)).toThrow(
      'config.json: hidden_size 4096 is not a multiple of num_attention_heads 30; correct one of them or add head_dim',
    )
    expect(fromHuggingFace({ ...json, head_dim: 128 }).headDim).toBe(128)
  })

  test('of k and v that do not divide those of q are a warning', () => {
    const warnings = (heads: unknown): readonly string[] | undefined =>
      huggingFaceProfiles({ ...LLAMA, num_key_value_heads: heads })[0]?.warnings
    expect(warnings(7)).toEqual([
      'num_key_value_heads 7 does not divide num_attention_heads 32; correct one of them',
    ])
    expect(warnings(8)).toEqual([])
  })
})

describe('rope_scaling beside rope_parameters', () => {
  const linear = { rope_type: 'linear', factor: 4, rope_theta: 1e4 }
  const start = 'config.json: rope_scaling and rope_parameters contradict each other: '
  test.each<[object, object, string]>([
    [
      { type: 'linear', factor: 2 },
      linear,
      'rope_scaling.factor is 2, rope_parameters.factor is 4; keep one of the two',
    ],
    [
      { type: 'dynamic', alpha: 9 },
      { rope_theta: 1e4, type: 'dynamic' },
      'rope_scaling.alpha is 9, rope_parameters has no alpha; keep one of the two',
    ],
    [
      { full_attention: { type: 'yarn' } },
      { full_attention: linear },
      'rope_scaling.full_attention.type is "yarn", rope_parameters.full_attention.type is "linear"; keep',
    ],
    [
      { type: 'linear' },
      { full_attention: linear },
      'rope_scaling is flat, rope_parameters is by layer type; keep one of the two',
    ],
  ])('%#', (rope_scaling, rope_parameters, message) => {
    const json = { ...LLAMA, rope_scaling, rope_parameters }
    expect(() => huggingFaceProfiles(json)).toThrow(start + message)
  })
})

describe('the two original lengths', () => {
  const LENGTH = 'original_max_position_embeddings'
  const MAXIMUM = 'max_position_embeddings'
  const FACTORS = Array.from({ length: 64 }, () => 2)
  const kinds: Readonly<Record<string, object>> = {
    yarn: { factor: 8 },
    llama3: { factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
    longrope: { short_factor: FACTORS, long_factor: FACTORS },
  }
  /** Both spellings of each type, with the length at the top, in the parameters, or nowhere. */
  const read = (type: string, top?: number, own?: number) => {
    const parameters = { ...kinds[type], ...(own === undefined ? {} : { [LENGTH]: own }) }
    const config = {
      ...{ model_type: 'llama', head_dim: 128, [MAXIMUM]: 65536 },
      ...(top === undefined ? {} : { [LENGTH]: top }),
    }
    const [legacy] = huggingFaceProfiles({
      ...{ ...config, rope_theta: 1e4 },
      rope_scaling: { type, ...parameters },
    })
    const [current] = huggingFaceProfiles({
      ...config,
      rope_parameters: { rope_type: type, rope_theta: 1e4, ...parameters },
    })
    expect(current?.config).toEqual(legacy?.config)
    const { schedule } = legacy?.config ?? {}
    return [
      (schedule as { originalMaxPositionEmbeddings?: number }).originalMaxPositionEmbeddings,
      legacy?.warnings.filter((text) => text.includes('which wins')).length,
    ]
  }

  // transformers 5: standardize_rope_params overwrites the parameter with the attribute of the
  // config where there is one, and else fills it in from max_position_embeddings.
  test.each(Object.keys(kinds))(
    '%s: the one beside the parameters wins, and it is said',
    (type) => {
      expect(read(type, 4096, 8192)).toEqual([4096, 1])
      expect(read(type, 8192, 4096)).toEqual([8192, 1])
      expect(read(type, 4096, 4096)).toEqual([4096, 0])
      expect(read(type, 4096)).toEqual([4096, 0])
      expect(read(type, undefined, 4096)).toEqual([4096, 0])
      expect(read(type)[0]).toBe(65536)
    },
  )
})
