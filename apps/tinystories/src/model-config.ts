/**
 * The part of a Hugging Face `config.json` that the model needs besides RoPE, which reads its own
 * part with `fromHuggingFace`.
 */
import { RopeError } from '@rope/core'

/** The sizes of a Llama model. */
export interface ModelConfig {
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly queryHeads: number
  /** Heads of keys and of values; each serves `queryHeads / keyHeads` query heads. */
  readonly keyHeads: number
  readonly headDim: number
  readonly vocabularySize: number
  /** The most tokens the model was trained on. */
  readonly contextLength: number
  /** Added to the mean square of RMSNorm. */
  readonly epsilon: number
  /** The token that starts a story. */
  readonly startToken: number
  /** The token that ends one. */
  readonly endToken: number
}

/**
 * Reads and checks a parsed `config.json`.
 *
 * @throws RopeError INVALID_CONFIG for a model that is not such a Llama, naming the key
 */
export function readModelConfig(json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new RopeError(
      'INVALID_CONFIG',
      'config.json does not hold a JSON object; use the one of a Llama model',
    )
  }
  const values = json as Readonly<Record<string, unknown>>
  expectValue(values, 'model_type', 'llama')
  expectValue(values, 'hidden_act', 'silu')
  expectValue(values, 'tie_word_embeddings', true)
  const config = {
    hiddenSize: size(values, 'hidden_size'),
    intermediateSize: size(values, 'intermediate_size'),
    layers: size(values, 'num_hidden_layers'),
    queryHeads: size(values, 'num_attention_heads'),
    keyHeads: size(values, 'num_key_value_heads'),
    headDim: size(values, 'head_dim'),
    vocabularySize: size(values, 'vocab_size'),
    contextLength: contextLength(values),
    epsilon: positive(values, 'rms_norm_eps'),
    startToken: token(values, 'bos_token_id'),
    endToken: token(values, 'eos_token_id'),
  }
  if (config.queryHeads % config.keyHeads !== 0) {
    reject(
      'num_key_value_heads',
      config.keyHeads,
      `a divisor of num_attention_heads, ${config.queryHeads}`,
    )
  }
  return config
}

type Values = Readonly<Record<string, unknown>>

function expectValue(values: Values, key: string, accepted: unknown): void {
  if (values[key] !== accepted)
    reject(key, values[key], `${JSON.stringify(accepted)}, all this example runs`)
}

function size(values: Values, key: string): number {
  const value = values[key]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  return reject(key, value, 'a positive integer')
}

/** The caches of keys and values are as long as this, if somebody asks for so many tokens. */
const LONGEST_CONTEXT = 2 ** 20

function contextLength(values: Values): number {
  const key = 'max_position_embeddings'
  const length = size(values, key)
  return length <= LONGEST_CONTEXT ? length : reject(key, length, `at most ${LONGEST_CONTEXT}`)
}

function token(values: Values, key: string): number {
  const value = values[key]
  const count = size(values, 'vocab_size')
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < count)
    return value
  return reject(key, value, `a token, from 0 to ${count - 1}`)
}

function positive(values: Values, key: string): number {
  const value = values[key]
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  return reject(key, value, 'a positive number')
}

function reject(key: string, given: unknown, accepted: string): never {
  const shown = given === undefined ? 'missing' : JSON.stringify(given).slice(0, 80)
  throw new RopeError('INVALID_CONFIG', `config.json: ${key} is ${shown}; accepted: ${accepted}`, {
    field: key,
  })
}
