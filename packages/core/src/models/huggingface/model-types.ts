/**
 * What the Hugging Face code of a model knows and its config.json does not say: the pairing, the
 * side of the head that rotates, the softmax scale, and the values of keys that may be left out.
 * Read from transformers 5.16 (`models/<type>/modeling_<type>.py` and `configuration_<type>.py`).
 */
import type { PairingName } from '../../contract/pairing.js'

/** Models whose code rotates adjacent channels (2i, 2i + 1). */
const INTERLEAVED: readonly string[] = [
  ...['codegen', 'cohere', 'cohere2', 'cohere2_moe', 'cohere2_vision'],
  ...['deepseek_v2', 'deepseek_v3', 'deepseek_v32', 'deepseek_v4'],
  ...['ernie4_5', 'ernie4_5_moe', 'ernie4_5_vl', 'ernie4_5_vl_moe', 'ernie4_5_vl_moe_text'],
  ...['glm', 'glm4', 'glm4v', 'glm4v_text', 'glm_ocr', 'glm_ocr_text', 'glm_moe_dsa'],
  ...['gptj', 'kimi_k2', 'kimi_k25', 'llama4', 'llama4_text', 'mistral4'],
]

/** Models whose code rotates channel i with channel i + n (`rotate_half`). */
const HALF: readonly string[] = [
  ...['apertus', 'bamba', 'bitnet', 'csm', 'csm_depth_decoder_model', 'cwm', 'exaone4', 'falcon'],
  ...['gemma', 'gemma2', 'gemma3', 'gemma3_text', 'gemma3n_text', 'gemma4', 'gemma4_text'],
  ...['glm4_moe', 'gpt_neox', 'gpt_neox_japanese', 'gpt_oss', 'granite', 'granitemoe'],
  ...['hunyuan_v1_dense', 'hunyuan_v1_moe', 'hunyuan_vl', 'internlm2', 'laguna', 'llama'],
  ...['mimo_v2', 'mimo_v2_flash', 'minicpm', 'minicpmo', 'minimax_m2', 'ministral3', 'mistral'],
  ...['mistral3', 'mixtral', 'modernbert', 'nemotron', 'olmo', 'olmo2', 'olmo3', 'olmoe'],
  ...['persimmon', 'phi', 'phi3', 'phi3_v', 'phi4_multimodal', 'phimoe', 'qwen2', 'qwen2_5_vl'],
  ...['qwen2_5_vl_text', 'qwen2_moe', 'qwen2_vl', 'qwen2_vl_text', 'qwen3', 'qwen3_moe'],
  ...['qwen3_next', 'qwen3_5', 'qwen3_5_text', 'qwen3_5_moe', 'qwen3_5_moe_text', 'qwen3_vl'],
  ...['qwen3_vl_text', 'qwen3_vl_moe', 'qwen3_vl_moe_text', 'seed_oss', 'smollm3', 'stablelm'],
  ...['starcoder2', 'step3p5', 'zaya'],
]

/** The pairing of a model type, or undefined when it is not known here. */
export function pairingOfModelType(modelType: unknown): PairingName | undefined {
  if (typeof modelType !== 'string') return undefined
  if (INTERLEAVED.includes(modelType)) return 'interleaved'
  return HALF.includes(modelType) ? 'half' : undefined
}

const isOneOf =
  (types: readonly string[]) =>
  (modelType: unknown): boolean =>
    typeof modelType === 'string' && types.includes(modelType)

/** Models whose attention multiplies the softmax scale by g(factor, mscale_all_dim)^2. */
export const scalesSoftmax: (modelType: unknown) => boolean = isOneOf([
  ...['deepseek_v2', 'deepseek_v3', 'deepseek_v32', 'kimi_k2', 'kimi_k25'],
])

/** Models that rotate the last channels of a head that is kept whole. */
export const rotatesTail: (modelType: unknown) => boolean = isOneOf(['deepseek_v4'])

/** Models whose full-attention layers have no RoPE. */
export const rotatesSlidingOnly: (modelType: unknown) => boolean = isOneOf([
  ...['cohere2', 'cohere2_moe', 'cohere2_vision', 'exaone4'],
])

/** Models whose `rope_scaling` (legacy) is for full-attention layers only. */
export const scalesFullOnly: (modelType: unknown) => boolean = isOneOf(['olmo3'])

/** Models that pair height and width in turn and keep time for the last pairs (Ernie 4.5 VL). */
export const alternatesHeightWidth: (modelType: unknown) => boolean = isOneOf([
  ...['ernie4_5_vl', 'ernie4_5_vl_moe', 'ernie4_5_vl_moe_text'],
])

/** Every how many layers one has no RoPE, where the code says so and the file need not. */
const NOPE_INTERVALS: Readonly<Record<string, number>> = { llama4_text: 4, smollm3: 4 }

/** The code's own interval of layers without RoPE; undefined when all layers rotate. */
export function nopeIntervalOf(modelType: unknown): number | undefined {
  return lookUp(NOPE_INTERVALS, modelType)
}

/** The value of `rope_theta` in a model's code, where it is not the usual 10000. */
const BASES: Readonly<Record<string, number>> = {
  ...{ gemma3_text: 1e6, gemma3n_text: 1e6, mixtral: 1e6, modernbert: 160000, smollm3: 2e6 },
  ...{ llama4_text: 5e5, olmo3: 5e5, gpt_oss: 150000, ernie4_5: 5e5, ernie4_5_moe: 5e5 },
}

/** The base in a model's code. */
export function baseOfModelType(modelType: unknown): number {
  return lookUp(BASES, modelType) ?? 10000
}

/** The base of the sliding layers in a model's code. */
const LOCAL_BASES: Readonly<Record<string, number>> = {
  ...{ gemma3_text: 10000, gemma3n_text: 10000, modernbert: 10000 },
}

/** The sliding layers' own base in a model's code; undefined when it has none. */
export function localBaseOf(modelType: unknown): number | undefined {
  return lookUp(LOCAL_BASES, modelType)
}

/** Head dimensions in a model's code, where they do not follow from the hidden size. */
const HEAD_DIMS: Readonly<Record<string, number>> = {
  ...{ gemma: 256, gemma2: 256, gemma3_text: 256, gemma3n_text: 256, gemma4_text: 256 },
}

/** The head dimension in a model's code; undefined when it follows from the hidden size. */
export function headDimOfModelType(modelType: unknown): number | undefined {
  return lookUp(HEAD_DIMS, modelType)
}

function lookUp(table: Readonly<Record<string, number>>, key: unknown): number | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined
}
