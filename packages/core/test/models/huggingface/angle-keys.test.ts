/**
 * Every key on the list of keys that are read changes what is read, and every key that is refused
 * is refused where it would change the angles.
 */
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../../src/errors.js'
import { READ_KEYS, REFUSED_KEYS } from '../../../src/models/huggingface/angle-keys.js'
import { huggingFaceProfiles } from '../../../src/models/huggingface/from-hugging-face.js'

type Json = Readonly<Record<string, unknown>>

const LLAMA = { model_type: 'llama', num_hidden_layers: 4, head_dim: 64 }
/** A head that follows from the model's width. */
const WIDE = { model_type: 'llama', hidden_size: 512, num_attention_heads: 8 }
const KINDS = ['sliding_attention', 'full_attention', 'linear_attention', 'full_attention']
const V4 = { model_type: 'deepseek_v4', num_hidden_layers: 4, qk_rope_head_dim: 64 }
const LATENT = { model_type: 'deepseek_v3' }
const COHERE = { ...LLAMA, model_type: 'cohere2' }

/** For each key, a file without it and a value that changes what the file means. */
const CHANGES: Readonly<Record<string, readonly [file: Json, value: unknown]>> = {
  rope_scaling: [LLAMA, { type: 'linear', factor: 2 }],
  rope_parameters: [LLAMA, { rope_type: 'linear', factor: 2, rope_theta: 1e4 }],
  rope_theta: [LLAMA, 5e5],
  rotary_emb_base: [LLAMA, 5e5],
  global_rope_theta: [LLAMA, 5e5],
  rope_base: [LLAMA, 5e5],
  rope_embedding_base: [LLAMA, 5e5],
  rotary_embedding_base: [LLAMA, 5e5],
  partial_rotary_factor: [LLAMA, 0.5],
  rotary_pct: [LLAMA, 0.5],
  rope_pct: [LLAMA, 0.5],
  rope_percent: [LLAMA, 0.5],
  rotary_emb_fraction: [LLAMA, 0.5],
  rope_interleave: [LLAMA, true],
  rotary_emb_interleaved: [LLAMA, true],
  rotary_interleaved: [LLAMA, true],
  rope_traditional: [LLAMA, true],
  rope_local_base_freq: [LLAMA, 2e4],
  local_rope_theta: [LLAMA, 2e4],
  swa_rope_theta: [LLAMA, 2e4],
  compress_rope_theta: [V4, 4e5],
  layer_rope_theta: [LLAMA, [1e4, 2e4, 0, 1e4]],
  no_rope_layers: [LLAMA, [1, 0, 1, 1]],
  no_rope_layer_interval: [LLAMA, 2],
  partial_rotary_factors: [{ ...LLAMA, rope_theta: [1e4, 1e4, 1e4, 1e4] }, [1, 0.5, 1, 1]],
  rotary_dim: [LLAMA, 32],
  attn_rotary_emb: [LLAMA, 32],
  rotary_emb_dim: [LLAMA, 32],
  qk_rope_head_dim: [LATENT, 32],
  qk_nope_head_dim: [LATENT, 64],
  qk_head_dim: [LATENT, 256],
  cross_attention_layers: [{ ...LLAMA, model_type: 'mllama_text_model' }, [3]],
  compress_ratios: [{ ...V4, compress_rope_theta: 4e5 }, [0, 4, 4, 0, 0]],
  rope_ratio: [{ model_type: 'chatglm', kv_channels: 128 }, 50],
  alibi: [LLAMA, true],
  use_alibi: [LLAMA, true],
  mla_use_nope: [LATENT, true],
  use_mem_rope: [LLAMA, false],
  use_rope: [LLAMA, false],
  use_rotary: [LLAMA, false],
  use_rotary_embedding: [LLAMA, false],
  position_embedding_type: [LLAMA, 'nope'],
  layer_types: [COHERE, KINDS],
  hybrid_layer_pattern: [COHERE, [0, 1, 1, 0]],
  layers_block_type: [LLAMA, ['mamba', 'attention', 'mamba', 'mamba']],
  block_types: [LLAMA, ['recurrent', 'attention']],
  attn_type_list: [LLAMA, [0, 1, 0, 1]],
  attn_layer_indices: [LLAMA, [1]],
  full_attn_idxs: [LLAMA, [1]],
  hybrid_layer_ids: [LLAMA, [1]],
  sliding_window_pattern: [COHERE, 2],
  sliding_window: [{ ...LLAMA, model_type: 'exaone4' }, null],
  global_attn_every_n_layers: [COHERE, 2],
  full_attention_interval: [LLAMA, 2],
  num_hidden_layers: [COHERE, 3],
  n_layer: [{ ...COHERE, num_hidden_layers: undefined }, 3],
  n_layers: [{ ...COHERE, num_hidden_layers: undefined }, 3],
  num_layers: [{ ...COHERE, num_hidden_layers: undefined }, 3],
  head_dim: [WIDE, 128],
  attention_head_dim: [WIDE, 128],
  kv_channels: [WIDE, 128],
  global_head_dim: [LLAMA, 128],
  swa_head_dim: [COHERE, 128],
  per_layer_config: [COHERE, { '3': { head_dim: 128 }, '0': { head_dim: 128 } }],
  hidden_size: [{ ...WIDE, hidden_size: undefined }, 512],
  n_embd: [{ ...WIDE, hidden_size: undefined }, 512],
  d_model: [{ ...WIDE, hidden_size: undefined }, 512],
  num_attention_heads: [WIDE, 16],
  n_head: [{ ...WIDE, num_attention_heads: undefined }, 16],
  n_heads: [{ ...WIDE, num_attention_heads: undefined }, 16],
  num_heads: [{ ...WIDE, num_attention_heads: undefined }, 16],
  decoder_num_attention_heads: [{ ...WIDE, num_attention_heads: undefined }, 16],
  max_position_embeddings: [{ ...LLAMA, rope_scaling: { type: 'dynamic', factor: 2 } }, 512],
  original_max_position_embeddings: [
    { ...LLAMA, rope_scaling: { type: 'yarn', factor: 2, original_max_position_embeddings: 64 } },
    128,
  ],
}

/** What a file means: profiles, or the refusal. */
function meaning(json: Json): string {
  try {
    return JSON.stringify(huggingFaceProfiles(json))
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.message}`
    throw error
  }
}

describe('keys that are read', () => {
  test('each has a file here that it changes', () => {
    expect(READ_KEYS.filter((key) => !Object.hasOwn(CHANGES, key))).toEqual([])
    expect(Object.keys(CHANGES).filter((key) => !READ_KEYS.includes(key))).toEqual([])
  })

  test.each(Object.entries(CHANGES))('%s changes what is read', (key, [file, value]) => {
    const changed = meaning({ ...file, [key]: value })
    expect(changed).not.toBe(meaning(file))
    expect(changed).not.toMatch(/is not read/)
  })
})

describe('keys that are refused', () => {
  const VALUES: Readonly<Record<string, unknown>> = {
    use_dynamic_ntk: true,
    yarn: { factor: 4, beta: 32, alpha: 1 },
    rotary_scaling_factor: 2,
    rope_condense_ratio: 8,
    rope_position_scale: 2,
    rope_scaling_factor: 2,
    rotary_emb_scale_base: 512,
    rope_scaling_type: 'linear',
    rope_type: 'yarn',
    mrope_section: [8, 12, 12],
    mrope_interleaved: true,
    xdrope_section: [8, 8, 8, 8],
    compression_ratio: 2,
    position_interpolation_factor: 4,
    seq_len_interpolation_factor: 4,
    rotary_base: 20000,
    rotary_percentage: 0.5,
    rotary: { base: 10000, type: 'dynamic' },
    position_encoding_2d: true,
    original_rope: false,
  }

  test.each(REFUSED_KEYS)('%s, where it changes the angles', (key) => {
    expect(meaning({ ...LLAMA, [key]: VALUES[key] })).toMatch(`INVALID_CONFIG config.json: ${key} `)
    expect(meaning({ ...LLAMA, [key]: null })).toBe(meaning(LLAMA))
  })
})

test('a base within attn_config, and latent attention turned off, are refused by name', () => {
  const dbrx = { model_type: 'dbrx', d_model: 6144, n_heads: 48, n_layers: 40 }
  const inner = { attn_config: { kv_n_heads: 8, rope_theta: 500000 } }
  expect(meaning({ ...dbrx, ...inner })).toMatch(
    /INVALID_CONFIG .*attn_config.rope_theta is 500000/,
  )
  expect(meaning({ ...dbrx, ...inner, rope_theta: 500000 })).toMatch(/"base":500000/)
  const latent = { ...LATENT, hidden_size: 1280, num_attention_heads: 10, use_mla: false }
  for (const size of [0, 64]) {
    expect(meaning({ ...latent, qk_rope_head_dim: size })).toMatch(
      /INVALID_CONFIG .*use_mla is false/,
    )
  }
})
