/**
 * Lists about layers in a config.json must be about the layers that the model has, and keys that say
 * what a position is are not passed over.
 */
import { describe, expect, test } from 'vitest'
import { huggingFaceProfiles } from '../../../src/models/huggingface/from-hugging-face.js'
import { errorOf } from '../../fixtures/error-of.js'

const SIZES = { num_hidden_layers: 4, head_dim: 64 }
const KINDS = ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention']

/** Keys with one entry per layer, a model that reads them, and a list of the right length. */
const LISTS: Readonly<Record<string, readonly [more: object, list: readonly unknown[]]>> = {
  layer_types: [{ model_type: 'cohere2' }, KINDS],
  layers_block_type: [{ model_type: 'llama' }, ['mamba', 'attention', 'mamba', 'mamba']],
  hybrid_layer_pattern: [{ model_type: 'cohere2' }, [0, 1, 1, 0]],
  attn_type_list: [{ model_type: 'llama' }, [0, 1, 0, 1]],
  no_rope_layers: [{ model_type: 'llama' }, [1, 0, 1, 1]],
  layer_rope_theta: [{ model_type: 'llama' }, [1e4, 2e4, 0, 1e4]],
  rope_theta: [{ model_type: 'llama' }, [1e4, 2e4, 2e4, 1e4]],
  partial_rotary_factors: [
    { model_type: 'llama', rope_theta: [1e4, 1e4, 1e4, 1e4] },
    [1, 0.5, 1, 1],
  ],
  compress_ratios: [
    { model_type: 'deepseek_v4', compress_rope_theta: 4e5, qk_rope_head_dim: 32 },
    [0, 4, 4, 0],
  ],
}

describe.each(Object.entries(LISTS))('%s', (key, [more, list]) => {
  const read = (own: readonly unknown[], other: object = {}): unknown =>
    huggingFaceProfiles({ ...SIZES, ...more, ...other, [key]: own })

  test('of another length than the model is refused', () => {
    read(list)
    for (const wrong of [list.slice(1), [...list, ...list]]) {
      const error = errorOf(() => read(wrong))
      expect(error).toMatchObject({ code: 'INVALID_CONFIG', field: key })
      expect(String(error)).toContain(`has ${wrong.length} entries; accepted: 4, one per layer`)
    }
  })

  test('may go on for heads that predict further tokens', () => {
    const longer = [...list, ...list.slice(2)]
    expect(read(longer, { num_nextn_predict_layers: 2 })).toEqual(read(list))
  })
})

test('a list of bases without any is refused, with and without a number of layers', () => {
  for (const sizes of [SIZES, { head_dim: 64 }]) {
    const config = { ...sizes, model_type: 'llama', rope_theta: [] }
    const error = errorOf(() => huggingFaceProfiles(config))
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', field: 'rope_theta' })
    expect(String(error)).toContain('has 0 entries; accepted: a number, or one per layer')
  }
})

test.each([
  ['attn_layer_indices', 'llama'],
  ['full_attn_idxs', 'llama'],
  ['hybrid_layer_ids', 'llama'],
  ['cross_attention_layers', 'mllama_text_model'],
])('%s beyond the layers are refused', (key, model_type) => {
  const read = (list: readonly unknown[]): unknown =>
    huggingFaceProfiles({ ...SIZES, model_type, [key]: list })
  read([3])
  for (const layer of [4, 1.5, '1']) {
    const error = errorOf(() => read([1, layer]))
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', field: key })
    expect(String(error)).toContain('indices below 4')
  }
})

test('dual chunks are said to change positions', () => {
  const json = { ...SIZES, model_type: 'qwen2', dual_chunk_attention_config: { chunk_size: 8 } }
  const [profile] = huggingFaceProfiles(json)
  expect(profile?.warnings.join()).toMatch(/dual_chunk_attention_config .* dualChunkPosition/)
})

test('rope type none is no scaling', () => {
  const [profile] = huggingFaceProfiles({
    ...{ ...SIZES, model_type: 'llama', rope_theta: 1e4 },
    rope_scaling: { type: 'none' },
  })
  expect(profile?.config?.schedule).toEqual({ type: 'default', base: 1e4 })
})

test('Zamba 2 attends in twice the width of the model', () => {
  const json = {
    ...{ model_type: 'zamba2', hidden_size: 2560, num_attention_heads: 32, use_mem_rope: true },
    ...{ kv_channels: 80, rope_theta: 10000 },
  }
  const [profile] = huggingFaceProfiles(json)
  expect(profile?.config).toMatchObject({ headDim: 160, rotaryDim: 160 })
  expect(profile?.assumptions.join()).toMatch(/attention_head_dim is missing; 160/)
})
