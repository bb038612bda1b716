/**
 * Which pairing the Hugging Face code of a model uses. It is not in config.json, only in each
 * model's source; read from transformers 5.16 (`models/<type>/modeling_<type>.py`).
 */
import type { PairingName } from '../layout/pairing.js'

/** Models whose code rotates adjacent channels (2i, 2i + 1). */
const INTERLEAVED: readonly string[] = [
  'codegen',
  'cohere',
  'cohere2',
  'deepseek_v2',
  'deepseek_v3',
  'ernie4_5',
  'ernie4_5_moe',
  'glm',
  'glm4',
  'gptj',
  'llama4',
  'llama4_text',
]

/** Models whose code rotates channel i with channel i + n (`rotate_half`). */
const HALF: readonly string[] = [
  'bitnet',
  'falcon',
  'gemma',
  'gemma2',
  'gemma3',
  'gemma3_text',
  'gpt_neox',
  'gpt_neox_japanese',
  'gpt_oss',
  'granite',
  'granitemoe',
  'internlm2',
  'llama',
  'mistral',
  'mixtral',
  'modernbert',
  'nemotron',
  'olmo',
  'olmo2',
  'olmo3',
  'olmoe',
  'persimmon',
  'phi',
  'phi3',
  'phimoe',
  'qwen2',
  'qwen2_5_vl',
  'qwen2_moe',
  'qwen2_vl',
  'qwen3',
  'qwen3_moe',
  'qwen3_next',
  'qwen3_vl',
  'smollm3',
  'stablelm',
  'starcoder2',
]

/** The pairing of a model type, or undefined when it is not known here. */
export function pairingOfModelType(modelType: unknown): PairingName | undefined {
  if (typeof modelType !== 'string') return undefined
  if (INTERLEAVED.includes(modelType)) return 'interleaved'
  return HALF.includes(modelType) ? 'half' : undefined
}
