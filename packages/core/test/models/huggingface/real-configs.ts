/**
 * The configs of released models, reduced to the keys that decide their RoPE, and what they mean.
 * Numbers from the models' published config.json files; the texts are written for these tests.
 */
import type { RopeConfig } from '../../../src/config/config.js'

/** A model's file and what must be read from it. */
export interface RealConfig {
  readonly json: Readonly<Record<string, unknown>>
  /** Profile name -> what its config must contain; null for layers without RoPE. */
  readonly profiles: Readonly<Record<string, Expected | null>>
}

type Expected = Partial<Omit<RopeConfig, 'schedule' | 'axes'>> & {
  readonly schedule: Readonly<Record<string, unknown>>
}

const plain = (
  model_type: string,
  head_dim: number,
  rope_theta: number,
  extra: Readonly<Record<string, unknown>> = {},
): RealConfig => ({
  json: { model_type, head_dim, rope_theta, rope_scaling: null, ...extra },
  profiles: { default: { headDim: head_dim, schedule: { type: 'default', base: rope_theta } } },
})

const scaled = (
  model_type: string,
  head_dim: number,
  rope_theta: number,
  rope_scaling: Readonly<Record<string, unknown>>,
  expected: Expected,
  extra: Readonly<Record<string, unknown>> = {},
): RealConfig => ({
  json: { model_type, head_dim, rope_theta, rope_scaling, ...extra },
  profiles: { default: { headDim: head_dim, ...expected } },
})

const llama3 = (
  factor: number,
  low = 1,
  high = 4,
  length = 8192,
): Readonly<Record<string, unknown>> => ({
  rope_type: 'llama3',
  factor,
  low_freq_factor: low,
  high_freq_factor: high,
  original_max_position_embeddings: length,
})
const llama3Schedule = (base: number, factor: number, low = 1, high = 4, length = 8192) => ({
  type: 'llama3',
  base,
  factor,
  lowFreqFactor: low,
  highFreqFactor: high,
  originalMaxPositionEmbeddings: length,
})

const yarn = (
  factor: number,
  length: number,
  rest: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  rope_type: 'yarn',
  factor,
  original_max_position_embeddings: length,
  ...rest,
})
const yarnSchedule = (
  base: number,
  factor: number,
  length: number,
  rest: Readonly<Record<string, unknown>> = {},
) => ({ type: 'yarn', base, factor, originalMaxPositionEmbeddings: length, ...rest })

const list = (count: number, at: (i: number) => number): readonly number[] =>
  Array.from({ length: count }, (_, i) => at(i))

const mla = (
  model_type: string,
  rope_theta: number,
  max_position_embeddings: number,
  rope_scaling: Readonly<Record<string, unknown>>,
  schedule: Readonly<Record<string, unknown>>,
): RealConfig => ({
  json: {
    ...{ model_type, rope_theta, max_position_embeddings, rope_scaling },
    ...{ hidden_size: 7168, num_attention_heads: 128 },
    ...{ qk_rope_head_dim: 64, qk_nope_head_dim: 128 },
  },
  profiles: { default: { headDim: 64, rotaryDim: 64, pairing: 'interleaved', schedule } },
})

const SHORT_48 = list(48, (i) => 1 + i / 100)
const LONG_48 = list(48, (i) => 1.08 + i)
const ONES_48 = list(48, () => 1)

/** The kinds of `count` layers, every `interval`-th one full. */
export const kinds = (count: number, interval: number): readonly string[] =>
  Array.from({ length: count }, (_, i) =>
    (i + 1) % interval === 0 ? 'full_attention' : 'sliding_attention',
  )

/** Models by name. */
export const REAL_CONFIGS: Readonly<Record<string, RealConfig>> = {
  TinyLlama: plain('llama', 64, 10000),
  'Mistral-7B-v0.1': plain('mistral', 128, 10000),
  'Gemma-7B': plain('gemma', 256, 10000),
  'Gemma-2-9B': plain('gemma2', 256, 10000),
  'Aya-23-8B': plain('cohere', 128, 10000),
  'DeepSeek-7B': plain('llama', 128, 10000),
  CodeLlama: plain('llama', 128, 1e6),
  Mixtral: plain('mixtral', 128, 1e6),
  'Mistral-7B-v0.3': plain('mistral', 128, 1e6),
  'Qwen2-7B': plain('qwen2', 128, 1e6),
  'Qwen2.5-7B': plain('qwen2', 128, 1e6),
  'Qwen3-8B': plain('qwen3', 128, 1e6),
  StarCoder2: plain('starcoder2', 128, 1e6),
  InternLM2: plain('internlm2', 128, 1e6),
  'OLMo-2': plain('olmo2', 128, 5e5),
  SmolLM2: plain('llama', 64, 1e5),
  SmolLM: plain('llama', 64, 1e4),
  'Qwen3-30B-A3B-2507': plain('qwen3_moe', 128, 1e7),
  'Qwen3-Coder-480B': plain('qwen3_moe', 128, 1e7),
  'Qwen3-235B-A22B-2507': plain('qwen3_moe', 128, 5e6),
  'Llama-3.1-8B': scaled(
    'llama',
    128,
    5e5,
    llama3(8),
    { schedule: llama3Schedule(5e5, 8) },
    {
      max_position_embeddings: 131072,
    },
  ),
  'Llama-3.2-1B': scaled('llama', 64, 5e5, llama3(32), { schedule: llama3Schedule(5e5, 32) }),
  'Llama-3.2-3B': scaled('llama', 128, 5e5, llama3(32), { schedule: llama3Schedule(5e5, 32) }),
  'Llama-4-Scout': {
    json: {
      model_type: 'llama4',
      text_config: {
        ...{ model_type: 'llama4_text', head_dim: 128, num_hidden_layers: 48, rope_theta: 5e5 },
        ...{ no_rope_layers: [], rope_scaling: llama3(16, 1, 1) },
      },
    },
    profiles: {
      rope: { pairing: 'interleaved', schedule: llama3Schedule(5e5, 16, 1, 1) },
      nope: null,
    },
  },
  SmolLM3: {
    json: {
      ...{ model_type: 'smollm3', head_dim: 128, num_hidden_layers: 36, rope_theta: 5e6 },
      ...{
        no_rope_layers: list(36, (i) => ((i + 1) % 4 === 0 ? 0 : 1)),
        no_rope_layer_interval: 4,
      },
    },
    profiles: { rope: { schedule: { type: 'default', base: 5e6 } }, nope: null },
  },
  'gpt-oss': scaled(
    'gpt_oss',
    64,
    150000,
    yarn(32, 4096, { beta_fast: 32, beta_slow: 1, truncate: false }),
    { schedule: yarnSchedule(150000, 32, 4096, { betaFast: 32, betaSlow: 1, truncate: false }) },
    { max_position_embeddings: 131072 },
  ),
  'DeepSeek-V2-Lite': mla(
    'deepseek_v2',
    10000,
    163840,
    yarn(40, 4096, { beta_fast: 32, beta_slow: 1, mscale: 0.707, mscale_all_dim: 0.707 }),
    yarnSchedule(10000, 40, 4096, {
      ...{ betaFast: 32, betaSlow: 1, mscale: 0.707, mscaleAllDim: 0.707, scaleSoftmax: true },
    }),
  ),
  'DeepSeek-V3': mla(
    'deepseek_v3',
    10000,
    163840,
    yarn(40, 4096, { beta_fast: 32, beta_slow: 1, mscale: 1, mscale_all_dim: 1 }),
    yarnSchedule(10000, 40, 4096, {
      betaFast: 32,
      betaSlow: 1,
      mscale: 1,
      mscaleAllDim: 1,
      scaleSoftmax: true,
    }),
  ),
  'DeepSeek-V4, legacy': {
    json: {
      ...{ model_type: 'deepseek_v4', head_dim: 512, qk_rope_head_dim: 64, rope_theta: 10000 },
      ...{ compress_rope_theta: 160000, compress_ratios: [0, 0, 4, 128, 0] },
      rope_scaling: {
        type: 'yarn',
        factor: 16,
        original_max_position_embeddings: 65536,
        beta_fast: 32,
        beta_slow: 1,
      },
    },
    profiles: {
      main: {
        headDim: 512,
        rotaryDim: 64,
        windowOffset: 448,
        schedule: { type: 'default', base: 10000 },
      },
      compress: {
        rotaryDim: 64,
        windowOffset: 448,
        schedule: yarnSchedule(160000, 16, 65536, { betaFast: 32, betaSlow: 1 }),
      },
    },
  },
  'DeepSeek-V4, version 5': {
    json: {
      ...{ model_type: 'deepseek_v4', head_dim: 512 },
      rope_parameters: {
        main: { rope_type: 'default', rope_theta: 10000, partial_rotary_factor: 0.125 },
        compress: { ...yarn(16, 65536), rope_theta: 160000, partial_rotary_factor: 0.125 },
      },
    },
    profiles: {
      main: {
        pairing: 'interleaved',
        windowOffset: 448,
        schedule: { type: 'default', base: 10000 },
      },
      compress: { windowOffset: 448, schedule: yarnSchedule(160000, 16, 65536) },
    },
  },
  'Kimi-K2': mla(
    'kimi_k2',
    50000,
    131072,
    yarn(32, 4096, { beta_fast: 1, beta_slow: 1, mscale: 1, mscale_all_dim: 1 }),
    yarnSchedule(50000, 32, 4096, {
      betaFast: 1,
      betaSlow: 1,
      mscale: 1,
      mscaleAllDim: 1,
      scaleSoftmax: true,
    }),
  ),
  'Kimi-K2.5': mla(
    'kimi_k25',
    50000,
    262144,
    yarn(64, 4096, { mscale: 1, mscale_all_dim: 1 }),
    yarnSchedule(50000, 64, 4096, { mscale: 1, mscaleAllDim: 1, scaleSoftmax: true }),
  ),
  'Ministral-3': scaled(
    'ministral3',
    128,
    1e6,
    yarn(16, 16384, { mscale: 1, mscale_all_dim: 1, llama_4_scaling_beta: 0.1 }),
    { schedule: yarnSchedule(1e6, 16, 16384, { mscale: 1, mscaleAllDim: 1 }) },
    { max_position_embeddings: 262144 },
  ),
  'Mistral-4': {
    json: {
      ...{ model_type: 'mistral4', qk_rope_head_dim: 64, qk_nope_head_dim: 64 },
      rope_parameters: {
        ...yarn(128, 8192, { beta_fast: 32, beta_slow: 1, mscale: 1, mscale_all_dim: 1 }),
        ...{ rope_theta: 10000, partial_rotary_factor: 0.5, llama_4_scaling_beta: 0.1 },
      },
    },
    profiles: {
      default: {
        headDim: 64,
        pairing: 'interleaved',
        schedule: yarnSchedule(10000, 128, 8192, {
          betaFast: 32,
          betaSlow: 1,
          mscale: 1,
          mscaleAllDim: 1,
        }),
      },
    },
  },
  'MiMo-V2-Flash': {
    json: {
      ...{ model_type: 'mimo_v2_flash', head_dim: 192, swa_head_dim: 192, rope_theta: 5e6 },
      ...{ swa_rope_theta: 1e4, partial_rotary_factor: 0.334, hybrid_layer_pattern: [0, 1, 1, 0] },
    },
    profiles: {
      full_attention: { headDim: 192, rotaryDim: 64, schedule: { type: 'default', base: 5e6 } },
      sliding_attention: { headDim: 192, rotaryDim: 64, schedule: { type: 'default', base: 1e4 } },
    },
  },
  Zaya: {
    json: {
      ...{ model_type: 'zaya', head_dim: 128, partial_rotary_factor: 0.5 },
      rope_parameters: {
        full_attention: { rope_type: 'default', rope_theta: 5e6, partial_rotary_factor: 0.5 },
        sliding_attention: { rope_type: 'default', rope_theta: 1e4, partial_rotary_factor: 0.5 },
      },
    },
    profiles: {
      full_attention: { rotaryDim: 64, schedule: { type: 'default', base: 5e6 } },
      sliding_attention: { rotaryDim: 64, schedule: { type: 'default', base: 1e4 } },
    },
  },
  'Phi-3.5-mini': {
    json: {
      ...{ model_type: 'phi3', hidden_size: 3072, num_attention_heads: 32, rope_theta: 10000 },
      ...{ max_position_embeddings: 131072, original_max_position_embeddings: 4096 },
      rope_scaling: { type: 'longrope', short_factor: SHORT_48, long_factor: LONG_48 },
    },
    profiles: {
      default: {
        headDim: 96,
        schedule: {
          ...{ type: 'longrope', base: 10000, factor: 32, originalMaxPositionEmbeddings: 4096 },
          ...{ shortFactor: SHORT_48, longFactor: LONG_48 },
        },
      },
    },
  },
  'Phi-3.5-vision': {
    json: {
      ...{ model_type: 'phi3_v', hidden_size: 3072, num_attention_heads: 32, rope_theta: 10000 },
      ...{ max_position_embeddings: 131072, original_max_position_embeddings: 4096 },
      rope_scaling: { type: 'su', short_factor: SHORT_48, long_factor: LONG_48 },
    },
    profiles: { default: { headDim: 96, schedule: { type: 'longrope', factor: 32 } } },
  },
  'Phi-4-mini': {
    json: {
      ...{ model_type: 'phi3', hidden_size: 3072, num_attention_heads: 24, rope_theta: 10000 },
      ...{ partial_rotary_factor: 0.75, max_position_embeddings: 131072 },
      original_max_position_embeddings: 4096,
      rope_scaling: { type: 'longrope', short_factor: ONES_48, long_factor: LONG_48 },
    },
    profiles: {
      default: {
        headDim: 128,
        rotaryDim: 96,
        schedule: { type: 'longrope', shortFactor: ONES_48 },
      },
    },
  },
  'InternLM2.5-7B': scaled(
    'internlm2',
    128,
    1e6,
    { type: 'dynamic', factor: 2 },
    { schedule: { type: 'dynamic', base: 1e6, factor: 2, maxPositionEmbeddings: 32768 } },
    { max_position_embeddings: 32768 },
  ),
  'MiniCPM-2B': scaled(
    'minicpm',
    64,
    1e6,
    { type: 'dynamic', factor: 4 },
    { schedule: { type: 'dynamic', base: 1e6, factor: 4, maxPositionEmbeddings: 65536 } },
    { max_position_embeddings: 65536 },
  ),
  'Gemma-3-4B, legacy': {
    json: {
      model_type: 'gemma3',
      text_config: {
        ...{ model_type: 'gemma3_text', head_dim: 256, num_hidden_layers: 34, rope_theta: 1e6 },
        ...{ rope_local_base_freq: 1e4, sliding_window_pattern: 6 },
        rope_scaling: { rope_type: 'linear', factor: 8 },
      },
    },
    profiles: {
      full_attention: { headDim: 256, schedule: { type: 'linear', base: 1e6, factor: 8 } },
      sliding_attention: { headDim: 256, schedule: { type: 'default', base: 1e4 } },
    },
  },
  'Gemma-3-4B, version 5': {
    json: {
      ...{ model_type: 'gemma3_text', head_dim: 256, layer_types: kinds(34, 6) },
      rope_parameters: {
        full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
        sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
      },
    },
    profiles: {
      full_attention: { headDim: 256, schedule: { type: 'linear', base: 1e6, factor: 8 } },
      sliding_attention: { headDim: 256, schedule: { type: 'default', base: 1e4 } },
    },
  },
  'Gemma-3-1B': {
    json: {
      ...{ model_type: 'gemma3_text', head_dim: 256, num_hidden_layers: 26, rope_theta: 1e6 },
      ...{ rope_local_base_freq: 1e4, rope_scaling: null },
    },
    profiles: {
      full_attention: { schedule: { type: 'default', base: 1e6 } },
      sliding_attention: { schedule: { type: 'default', base: 1e4 } },
    },
  },
  'Gemma-4': {
    json: {
      ...{ model_type: 'gemma4_text', head_dim: 256, global_head_dim: 512 },
      rope_parameters: {
        full_attention: { rope_type: 'proportional', rope_theta: 1e6, partial_rotary_factor: 0.25 },
        sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
      },
    },
    profiles: {
      full_attention: {
        headDim: 512,
        rotaryDim: 512,
        schedule: { type: 'proportional', base: 1e6, partialRotaryFactor: 0.25 },
      },
      sliding_attention: { headDim: 256, schedule: { type: 'default', base: 1e4 } },
    },
  },
  ModernBERT: {
    json: {
      ...{ model_type: 'modernbert', hidden_size: 768, num_attention_heads: 12 },
      ...{ num_hidden_layers: 22, global_attn_every_n_layers: 3 },
      ...{ global_rope_theta: 160000, local_rope_theta: 10000 },
    },
    profiles: {
      full_attention: { headDim: 64, schedule: { type: 'default', base: 160000 } },
      sliding_attention: { headDim: 64, schedule: { type: 'default', base: 10000 } },
    },
  },
  'Qwen2-VL': scaled(
    'qwen2_vl',
    128,
    1e6,
    { type: 'mrope', mrope_section: [16, 24, 24] },
    { schedule: { type: 'default', base: 1e6 } },
  ),
  'Qwen2.5-VL': scaled(
    'qwen2_5_vl',
    128,
    1e6,
    { type: 'default', rope_type: 'default', mrope_section: [16, 24, 24] },
    { schedule: { type: 'default', base: 1e6 } },
  ),
  'Qwen3-VL': scaled(
    'qwen3_vl_text',
    128,
    5e6,
    { rope_type: 'default', mrope_section: [24, 20, 20], mrope_interleaved: true },
    { schedule: { type: 'default', base: 5e6 } },
  ),
  'Qwen3.5': {
    json: {
      ...{ model_type: 'qwen3_5_text', head_dim: 256 },
      rope_parameters: {
        ...{ rope_type: 'default', rope_theta: 1e7, partial_rotary_factor: 0.25 },
        ...{ mrope_section: [11, 11, 10], mrope_interleaved: true },
      },
    },
    profiles: {
      default: { headDim: 256, rotaryDim: 64, schedule: { type: 'default', base: 1e7 } },
    },
  },
  'Qwen3-Next': {
    json: { model_type: 'qwen3_next', head_dim: 256, rope_theta: 1e7, partial_rotary_factor: 0.25 },
    profiles: { default: { rotaryDim: 64, schedule: { type: 'default', base: 1e7 } } },
  },
  'GLM-4': {
    json: { model_type: 'glm4', head_dim: 128, rope_theta: 10000, partial_rotary_factor: 0.5 },
    profiles: {
      default: {
        rotaryDim: 64,
        pairing: 'interleaved',
        schedule: { type: 'default', base: 10000 },
      },
    },
  },
  'GLM-4V': {
    json: {
      ...{ model_type: 'glm4v_text', head_dim: 128, rope_theta: 10000, partial_rotary_factor: 0.5 },
      rope_scaling: { rope_type: 'default', mrope_section: [8, 12, 12] },
    },
    profiles: {
      default: {
        rotaryDim: 64,
        pairing: 'interleaved',
        schedule: { type: 'default', base: 10000 },
      },
    },
  },
  'GLM-OCR': {
    json: {
      ...{ model_type: 'glm_ocr_text', head_dim: 128 },
      rope_parameters: { rope_type: 'default', rope_theta: 10000, mrope_section: [16, 24, 24] },
    },
    profiles: { default: { pairing: 'interleaved', schedule: { type: 'default', base: 10000 } } },
  },
  'MiniCPM-o': scaled(
    'minicpmo',
    128,
    1e6,
    { rope_type: 'default', mrope_section: [24, 20, 20] },
    { schedule: { type: 'default', base: 1e6 } },
  ),
  StableLM: {
    json: { model_type: 'stablelm', head_dim: 80, rope_theta: 10000, partial_rotary_factor: 0.25 },
    profiles: { default: { rotaryDim: 20, schedule: { type: 'default', base: 10000 } } },
  },
  'Hunyuan-Dense': scaled(
    'hunyuan_v1_dense',
    128,
    10000,
    {
      ...{ type: 'dynamic', alpha: 1000, factor: 1, beta_fast: 32, beta_slow: 1, mscale: 1 },
      mscale_all_dim: 1,
    },
    { schedule: { type: 'ntk-alpha', base: 10000, alpha: 1000 } },
  ),
  'Hunyuan-VL': scaled(
    'hunyuan_vl',
    128,
    10000,
    { rope_type: 'xdrope', alpha: 50, xdrope_section: [16, 16, 16, 16] },
    { schedule: { type: 'ntk-alpha', base: 10000, alpha: 50 } },
  ),
  'CSM backbone': scaled('csm', 64, 5e5, llama3(32, 0.125, 0.5, 1024), {
    schedule: llama3Schedule(5e5, 32, 0.125, 0.5, 1024),
  }),
  'CSM depth decoder': scaled(
    'csm_depth_decoder_model',
    128,
    5e5,
    llama3(32, 0.001953125, 0.0078125, 16),
    { schedule: llama3Schedule(5e5, 32, 0.001953125, 0.0078125, 16) },
  ),
  'OLMo-3': {
    json: {
      ...{ model_type: 'olmo3', head_dim: 128, rope_theta: 5e5, layer_types: kinds(32, 4) },
      rope_scaling: yarn(8, 8192, {
        ...{ attention_factor: 1.2079441541679836, beta_fast: 32, beta_slow: 1 },
      }),
    },
    profiles: {
      full_attention: {
        schedule: yarnSchedule(5e5, 8, 8192, { attentionFactor: 1.2079441541679836 }),
      },
      sliding_attention: { schedule: { type: 'default', base: 5e5 } },
    },
  },
  'Laguna-XS.2': {
    json: {
      ...{ model_type: 'laguna', head_dim: 128 },
      rope_parameters: {
        full_attention: {
          ...yarn(64, 4096, { attention_factor: 1 }),
          ...{ rope_theta: 5e5, partial_rotary_factor: 0.5 },
        },
        sliding_attention: { rope_type: 'default', rope_theta: 1e4, partial_rotary_factor: 1 },
      },
    },
    profiles: {
      full_attention: {
        rotaryDim: 64,
        schedule: yarnSchedule(5e5, 64, 4096, { attentionFactor: 1 }),
      },
      sliding_attention: { rotaryDim: 128, schedule: { type: 'default', base: 1e4 } },
    },
  },
  'Command R7B (Cohere 2)': {
    json: {
      ...{ model_type: 'cohere2', head_dim: 128, num_hidden_layers: 32, rope_theta: 50000 },
      sliding_window_pattern: 4,
    },
    profiles: {
      full_attention: null,
      sliding_attention: { pairing: 'interleaved', schedule: { type: 'default', base: 50000 } },
    },
  },
  'Exaone-4-32B': {
    json: {
      ...{ model_type: 'exaone4', head_dim: 128, num_hidden_layers: 64, rope_theta: 1e6 },
      ...{ sliding_window: 4096, sliding_window_pattern: 'LLLG', rope_scaling: llama3(16) },
    },
    profiles: { full_attention: null, sliding_attention: { schedule: llama3Schedule(1e6, 16) } },
  },
  'Step-3.5': {
    json: {
      ...{ model_type: 'step3p5', head_dim: 128, rope_theta: [5e6, 1e4, 1e4, 1e4, 5e6] },
      layer_types: [
        ...['full_attention', 'sliding_attention', 'sliding_attention', 'sliding_attention'],
        'full_attention',
      ],
      partial_rotary_factors: [0.5, 1, 1, 1, 0.5],
      yarn_only_types: ['full_attention'],
      rope_scaling: llama3(2, 1, 32, 131072),
    },
    profiles: {
      full_attention: { rotaryDim: 64, schedule: llama3Schedule(5e6, 2, 1, 32, 131072) },
      sliding_attention: { rotaryDim: 128, schedule: { type: 'default', base: 1e4 } },
    },
  },
  'Granite, a base per layer': {
    json: { model_type: 'granite', head_dim: 64, layer_rope_theta: [1e4, 0, 1e4, 1e6] },
    profiles: {
      'base-10000': { schedule: { type: 'default', base: 1e4 } },
      nope: null,
      'base-1000000': { schedule: { type: 'default', base: 1e6 } },
    },
  },
  'Ernie-4.5-VL': {
    json: {
      ...{ model_type: 'ernie4_5_vl_moe_text', head_dim: 128, rope_theta: 5e5 },
      rope_scaling: { type: 'default', mrope_section: [22, 22, 20] },
    },
    profiles: { default: { pairing: 'interleaved', schedule: { type: 'default', base: 5e5 } } },
  },
  'GPT-NeoX-20B': {
    json: {
      ...{ model_type: 'gpt_neox', hidden_size: 6144, num_attention_heads: 64 },
      ...{ rotary_pct: 0.25, rotary_emb_base: 10000 },
    },
    profiles: {
      default: { headDim: 96, rotaryDim: 24, schedule: { type: 'default', base: 10000 } },
    },
  },
  'GPT-J-6B': {
    json: { model_type: 'gptj', n_embd: 4096, n_head: 16, rotary_dim: 64 },
    profiles: {
      default: {
        ...{ headDim: 256, rotaryDim: 64, pairing: 'interleaved' },
        schedule: { type: 'default', base: 10000 },
      },
    },
  },
}
