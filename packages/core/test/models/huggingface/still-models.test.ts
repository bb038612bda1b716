/**
 * `position_embedding_type` and its kind: names of rotations rotate, names of other embeddings do not,
 * and what the code of a model does not read is refused, never believed.
 */
import { describe, expect, test } from 'vitest'
import {
  fromHuggingFace,
  huggingFaceProfiles,
} from '../../../src/models/huggingface/from-hugging-face.js'
import { errorOf } from '../../fixtures/error-of.js'

const SIZES = { hidden_size: 4096, num_attention_heads: 32, num_hidden_layers: 4 }
const llama = (more: object) => ({ model_type: 'llama', ...SIZES, rope_theta: 10000, ...more })
const rotates = (json: object): boolean =>
  huggingFaceProfiles(json).some(({ config }) => config !== null)

describe('position_embedding_type', () => {
  test.each(['rope', 'mrope', 'rotary', 'RoPE', 'rope_gptj', 'rope_neox', 'rotary_embedding'])(
    '%s rotates',
    (name) => {
      expect(rotates(llama({ position_embedding_type: name }))).toBe(true)
      const cohere = { model_type: 'cohere2', ...SIZES, rope_theta: 50000, rotary_pct: 1 }
      expect(rotates({ ...cohere, position_embedding_type: name })).toBe(true)
    },
  )

  test.each(['alibi', 'none', 'nope', 'learned', 'sinusoidal', 'relative_key', 'ALiBi'])(
    '%s does not',
    (name) => expect(rotates(llama({ position_embedding_type: name }))).toBe(false),
  )

  test.each(['absolute', 'yarn', '', 'else'])(
    '%s, which Llama does not read, is refused',
    (name) => {
      const error = errorOf(() => huggingFaceProfiles(llama({ position_embedding_type: name })))
      expect(error).toMatchObject({ code: 'INVALID_CONFIG', field: 'position_embedding_type' })
    },
  )

  test('absolute in a model that reads it', () => {
    const esm = { model_type: 'esm', ...SIZES, position_embedding_type: 'absolute' }
    expect(rotates(esm)).toBe(false)
    expect(rotates({ ...esm, position_embedding_type: 'rotary' })).toBe(true)
  })

  test.each(['bert', 'roberta', 'xlm-roberta'])('rotary in %s, whose code has none', (type) => {
    const json = { model_type: type, ...SIZES, position_embedding_type: 'rotary' }
    const error = errorOf(() => huggingFaceProfiles(json))
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', field: 'position_embedding_type' })
    expect(rotates({ ...json, position_embedding_type: 'absolute' })).toBe(false)
  })
})

test.each([
  ['Llama', 'llama'],
  ['GPT-NeoX', 'gpt_neox'],
  ['GLM4', 'glm4'],
])('the model_type %s is nearly %s', (given, meant) => {
  const error = errorOf(() => fromHuggingFace({ model_type: given, ...SIZES }))
  expect(String(error)).toContain(`(did you mean '${meant}'?)`)
})

describe('keys of a rotation in a model whose code has none', () => {
  test.each<[string, object, string]>([
    ['xlm-roberta', { rotary_emb_base: 20000 }, 'rotary_emb_base'],
    ['bert', { rope_theta: 10000 }, 'rope_theta'],
    ['bert', { rope_parameters: { rope_type: 'default' } }, 'rope_parameters'],
    ['gpt2', { rotary_dim: 64 }, 'rotary_dim'],
    ['gpt2', { rotary_emb_fraction: 1 }, 'rotary_emb_fraction'],
    ['bloom', { use_rotary_embedding: true }, 'use_rotary_embedding'],
    ['roberta', { use_rope: true }, 'use_rope'],
    ['mpt', { attn_config: { rope: true, rope_theta: 10000 } }, 'attn_config.rope'],
  ])('%s with %j is refused by name', (type, more, field) => {
    const error = errorOf(() => huggingFaceProfiles({ model_type: type, ...SIZES, ...more }))
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', field })
    expect(String(error)).toContain('has no RoPE: name the code of the weights')
  })

  test.each<[string, object]>([
    ['gpt2', { rope_scaling: null, rope_parameters: {}, use_rope: false, rotary_dim: 0 }],
    ['mpt', { attn_config: { rope: false, alibi: true, rope_theta: 10000 } }],
    // Their files have such keys, which their code does not read.
    ['nemotron_h', { rope_theta: 10000, partial_rotary_factor: 1 }],
    ['kimi_linear', { rope_theta: 10000, qk_rope_head_dim: 64 }],
  ])('%s with %j does not rotate', (type, more) => {
    expect(rotates({ model_type: type, ...SIZES, ...more })).toBe(false)
  })
})

test('Baichuan of 40 layers has ALiBi, of 32 a rotation', () => {
  const baichuan = { model_type: 'baichuan', hidden_size: 5120, num_attention_heads: 40 }
  expect(rotates({ ...baichuan, num_hidden_layers: 40 })).toBe(false)
  expect(rotates({ ...baichuan, num_hidden_layers: 32 })).toBe(true)
})

test('a model without RoPE is said to have none', () => {
  const error = errorOf(() => fromHuggingFace({ model_type: 'gpt2', n_embd: 64, n_head: 8 }))
  expect(error).toMatchObject({ code: 'INVALID_CONFIG' })
  expect(String(error)).toContain('no layer of this model has RoPE')
})

test('options with unknown keys are refused, with the key that is meant', () => {
  const options = { paring: 'interleaved' } as object
  for (const read of [fromHuggingFace, huggingFaceProfiles]) {
    const error = errorOf(() => read(llama({}), options))
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    expect(String(error)).toContain("did you mean 'pairing'?")
  }
})
