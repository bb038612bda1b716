/**
 * What is given as a config and is none: the model's own file, or what a reader has made of it. It
 * is refused with the function that makes a config of it.
 */
import { rejectBecause } from '../check.js'

/** Keys of a Hugging Face config.json, of which ours has none. */
const HUGGING_FACE: readonly string[] = [
  ...['model_type', 'architectures', 'hidden_size', 'num_attention_heads', 'head_dim', 'n_embd'],
  ...['vocab_size', 'rope_theta', 'rope_scaling', 'rope_parameters', 'max_position_embeddings'],
  ...['rotary_dim', 'partial_rotary_factor', 'rotary_pct', 'text_config', 'torch_dtype'],
]

/** A key of a GGUF file's metadata: `general.architecture`, `llama.rope.freq_base`. */
const GGUF = /^(?:general\.|[\w-]+\.(?:rope|attention|block_count|context_length))/

/**
 * Refuses a config.json, the metadata of a GGUF file, and a reader's profile.
 *
 * @throws RopeError INVALID_OPTION
 */
export function refuseForeignConfig(options: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(options)
  const found = keys.filter((key) => HUGGING_FACE.includes(key)).slice(0, 4)
  if (found.length > 0) {
    refuse(found, 'a config.json', "fromHuggingFace(json) of '@rope/core/huggingface'")
  }
  const metadata = keys.filter((key) => GGUF.test(key)).slice(0, 4)
  if (metadata.length > 0) {
    refuse(metadata, "a GGUF file's metadata", "fromGguf({ metadata }) of '@rope/core/gguf'")
  }
  if (keys.includes('config') && (keys.includes('layers') || keys.includes('warnings'))) {
    rejectBecause('INVALID_OPTION', 'options', 'is a profile of a model; give its config')
  }
}

function refuse(keys: readonly string[], what: string, reader: string): never {
  return rejectBecause(
    'INVALID_OPTION',
    'options',
    `has ${keys.map((key) => `'${key.slice(0, 40)}'`).join(', ')}, as ${what} has; make a config of it with ${reader}`,
  )
}
