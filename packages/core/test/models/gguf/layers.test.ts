/**
 * Which layers of a GGUF file attend and rotate, from every form in which a file says it, and what
 * is taken from the table where a file says nothing.
 */
import { describe, expect, test } from 'vitest'
import { fromGguf, ggufProfiles } from '../../../src/models/gguf/from-gguf.js'
import type { GgufRope } from '../../../src/models/gguf/values.js'
import { errorOf } from '../../fixtures/error-of.js'

type Keys = Readonly<Record<string, unknown>>

/** A file of one architecture with 8 layers and heads of 128 channels. */
function file(architecture: string, keys: Keys = {}): GgufRope {
  const own = { block_count: 8, 'rope.freq_base': 10000, 'attention.key_length': 128, ...keys }
  const named = Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])
  return { metadata: { 'general.architecture': architecture, ...Object.fromEntries(named) } }
}

const layersOf = (architecture: string, keys: Keys): unknown =>
  ggufProfiles(file(architecture, keys)).map(({ name, layers }) => [name, layers])

describe('layers without attention are in no profile', () => {
  const SOME = [0, 0, 4, 0, 0, 4, 0, 4]
  test.each<[string, Keys, unknown]>([
    ['lfm2', { 'attention.head_count_kv': SOME }, [['default', [2, 5, 7]]]],
    ['granitehybrid', { 'attention.head_count_kv': SOME.map(BigInt) }, [['default', [2, 5, 7]]]],
    [
      'deci',
      { 'attention.head_count': [8, 0, 8, 8, 8, 8, 8, 8], 'attention.head_count_kv': SOME },
      [['default', [2, 5, 7]]],
    ],
    [
      'deci',
      { 'attention.head_count': [8, 0, 8, 8, 8, 8, 8, 8] },
      [['default', [0, 2, 3, 4, 5, 6, 7]]],
    ],
    ['llama', { 'attention.head_count_kv': [4, 4, 4, 4, 2, 2, 2, 2] }, [['default', null]]],
    ['qwen3next', {}, [['default', [3, 7]]]],
    ['qwen3next', { full_attention_interval: 2 }, [['default', [1, 3, 5, 7]]]],
    ['qwen3next', { nextn_predict_layers: 2 }, [['default', [3, 6, 7]]]],
    [
      'qwen3next',
      { 'attention.recurrent_layers': [true, false, true, true, true, true, true, true] },
      [['default', [1]]],
    ],
    [
      'gemma3',
      { 'attention.sliding_window': 512, 'attention.head_count_kv': SOME },
      [
        ['full_attention', [5]],
        ['sliding_attention', [2, 7]],
      ],
    ],
    [
      'deepseek4',
      {
        'rope.dimension_count': 64,
        'attention.compress_rope_freq_base': 160000,
        'attention.compress_ratios': [0, 1, 4, 128, 4, 128, 4, 0],
      },
      [
        ['main', [0, 1, 7]],
        ['compress', [2, 3, 4, 5, 6]],
      ],
    ],
  ])('%s, form %#', (architecture, keys, expected) => {
    expect(layersOf(architecture, keys)).toEqual(expected)
  })
})

test.each([
  'attention.head_count',
  'attention.head_count_kv',
  'attention.recurrent_layers',
  'attention.rope_pattern',
  'attention.compress_ratios',
  'attention.sliding_window_pattern',
])('a list %s of another length than the model is refused', (key) => {
  const more = { 'attention.sliding_window': 512, 'attention.compress_rope_freq_base': 2e4 }
  for (const length of [7, 9]) {
    const list = Array.from({ length }, (_, i) => i % 2)
    const own = key === 'attention.compress_ratios' ? more : { 'attention.sliding_window': 512 }
    const error = errorOf(() => ggufProfiles(file('gemma3', { ...own, [key]: list })))
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', field: `gemma3.${key}` })
    expect(String(error)).toContain(`has ${length} entries; accepted: 8, one per layer`)
  }
})

test('layers and bases that the file leaves to the loader are said to be assumed', () => {
  const assumed = (architecture: string, keys: Keys = {}): string =>
    ggufProfiles(file(architecture, keys))
      .flatMap(({ assumptions }) => assumptions)
      .join('\n')
  expect(assumed('qwen3next')).toMatch(/full_attention_interval is missing; 4, as in the code of/)
  expect(assumed('llama4')).toMatch(/no_rope_layer_interval is missing; 4/)
  const gemma = assumed('gemma3', { 'attention.sliding_window': 512 })
  expect(gemma).toMatch(/rope.freq_base_swa is missing; 10000/)
  expect(gemma).toMatch(/sliding_window_pattern is missing; 6/)
  expect(assumed('llama')).toBe('')
})

describe('sections of a model with several positions per token', () => {
  test.each([
    ['qwen2vl', 128, [16, 24, 24]],
    ['paddleocr', 128, [16, 24, 24]],
    ['qwen3vl', 128, [24, 20, 20]],
    ['qwen3vlmoe', 128, [24, 20, 20]],
    ['qwen35', 64, [11, 11, 10]],
    ['qwen35moe', 64, [11, 11, 10]],
  ])('%s without them has those of its code, and says so', (architecture, count, sections) => {
    const keys = { 'rope.dimension_count': count }
    const config = fromGguf(file(architecture, keys))
    const stated = { ...keys, 'rope.dimension_sections': [...sections, 0] }
    expect(config.axes).toEqual(fromGguf(file(architecture, stated)).axes)
    expect(config.axes).not.toBeNull()
    expect(config.assumptions?.join()).toContain('rope.dimension_sections is missing')
  })

  test.each([
    ['qwen3tts', 128],
    ['qwen2vl', 64],
  ])('%s of %d channels, for which no sections are known, is refused', (architecture, count) => {
    const error = errorOf(() => fromGguf(file(architecture, { 'rope.dimension_count': count })))
    expect(error).toMatchObject({
      code: 'INVALID_CONFIG',
      field: `${architecture}.rope.dimension_sections`,
    })
  })
})

describe('deepseek2-ocr, whose graph asks for NEOX by itself', () => {
  test('turns its whole head plainly, whatever else the file says', () => {
    const { metadata } = file('deepseek2-ocr', {
      ...{ embedding_length: 1280, 'attention.head_count': 10, 'rope.dimension_count': 0 },
      ...{ 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 40, 'attention.key_length': 128 },
    })
    const [profile] = ggufProfiles({ metadata })
    expect(profile?.config).toMatchObject({
      ...{ headDim: 128, rotaryDim: 128, pairing: 'half' },
      schedule: { type: 'default', base: 10000 },
    })
    expect(profile?.attentionDim).toBe(128)
  })
})

test('a file with keys that nobody reads is refused, with the one that is meant', () => {
  const { metadata } = file('llama')
  const others = { tensorInfos: [], permutation: null, notes: [], littleEndian: true }
  expect(fromGguf({ metadata, ...others } as never).headDim).toBe(128)
  for (const [key, meant] of [
    ['tensor', "did you mean 'tensors'"],
    ['Metadata', "did you mean 'metadata'"],
    ['pairing', 'accepted: metadata, tensors'],
  ] as const) {
    const error = errorOf(() => fromGguf({ metadata, [key]: {} } as never))
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    expect(String(error)).toContain(meant)
  }
})

test.each([
  ['Llama', 'llama'],
  ['LLAMA', 'llama'],
  ['gpt_oss', 'gpt-oss'],
  ['qwen3-next', 'qwen3next'],
])('the architecture %s is nearly %s', (given, meant) => {
  const error = errorOf(() => fromGguf(file(given)))
  expect(String(error)).toContain(`(did you mean '${meant}'?)`)
})

test('a file without an architecture says that it is missing', () => {
  for (const given of [undefined, null]) {
    const error = errorOf(() => ggufProfiles({ metadata: { 'general.architecture': given } }))
    expect(String(error)).toContain('general.architecture is missing')
  }
})
