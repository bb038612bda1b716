/**
 * The keys about rotations of real models' config.json files, as their makers publish them: what
 * the fuzzer starts from, since random JSON alone never comes near the interesting branches.
 */

/** Configs by model. */
export const REAL_CONFIGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'Llama-2-7B': {
    model_type: 'llama',
    hidden_size: 4096,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    rope_scaling: null,
  },
  'Llama-3.1-8B': {
    model_type: 'llama',
    hidden_size: 4096,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131072,
    rope_theta: 500000,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    },
  },
  'Llama-2 with position interpolation': {
    model_type: 'llama',
    hidden_size: 4096,
    num_attention_heads: 32,
    max_position_embeddings: 16384,
    rope_theta: 10000,
    rope_scaling: { type: 'linear', factor: 4 },
  },
  'Gemma-3-4B': {
    model_type: 'gemma3',
    text_config: {
      model_type: 'gemma3_text',
      hidden_size: 2560,
      num_attention_heads: 8,
      head_dim: 256,
      max_position_embeddings: 131072,
      rope_theta: 1000000,
      rope_local_base_freq: 10000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    },
  },
  'Gemma-3, version 5': {
    model_type: 'gemma3_text',
    hidden_size: 2560,
    num_attention_heads: 8,
    head_dim: 256,
    rope_parameters: {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1000000 },
      sliding_attention: { rope_type: 'default', rope_theta: 10000 },
    },
  },
  'Qwen2-VL': {
    model_type: 'qwen2_vl',
    hidden_size: 3584,
    num_attention_heads: 28,
    max_position_embeddings: 32768,
    rope_theta: 1000000,
    rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
  },
  'Qwen3-VL': {
    model_type: 'qwen3_vl',
    text_config: {
      hidden_size: 2560,
      num_attention_heads: 32,
      head_dim: 128,
      rope_theta: 5000000,
      rope_scaling: { rope_type: 'default', mrope_section: [24, 20, 20], mrope_interleaved: true },
    },
  },
  'GPT-NeoX-20B': {
    model_type: 'gpt_neox',
    hidden_size: 6144,
    num_attention_heads: 64,
    rotary_pct: 0.25,
    rotary_emb_base: 10000,
    max_position_embeddings: 2048,
  },
  'GPT-J-6B': { model_type: 'gptj', n_embd: 4096, n_head: 16, rotary_dim: 64, n_positions: 2048 },
  'Phi-3.5-mini': {
    model_type: 'phi3',
    hidden_size: 3072,
    num_attention_heads: 32,
    max_position_embeddings: 131072,
    original_max_position_embeddings: 4096,
    rope_theta: 10000,
    rope_scaling: { type: 'longrope', short_factor: [1, 1.1], long_factor: [1, 64] },
  },
  'DeepSeek-V3': {
    model_type: 'deepseek_v3',
    hidden_size: 7168,
    num_attention_heads: 128,
    qk_rope_head_dim: 64,
    qk_nope_head_dim: 128,
    rope_theta: 10000,
    rope_scaling: { type: 'yarn', factor: 40, beta_fast: 32, beta_slow: 1, mscale: 1 },
  },
  ModernBERT: {
    model_type: 'modernbert',
    hidden_size: 768,
    num_attention_heads: 12,
    global_rope_theta: 160000,
    local_rope_theta: 10000,
  },
}
