/**
 * Keys by which a config.json says that no layer rotates: other position embeddings, none at all, or
 * a rotation of no channels.
 */
import { isRecord, show } from '../../check.js'
import type { ModelFacts } from '../model-facts.js'
import { ROTARY_DIM_KEYS, SHARE_KEYS } from './keys.js'
import { failConfig, type Json, readFlag } from './parameters.js'

/** Flags that turn the rotation off, and the value that does. */
const FLAGS: Readonly<Record<string, boolean>> = {
  ...{ alibi: true, use_alibi: true, mla_use_nope: true, use_mem_rope: false, use_rope: false },
  ...{ use_rotary: false, use_rotary_embedding: false },
}

/** Counts and shares of rotating channels; none of them rotates at 0. */
const COUNTS: readonly string[] = [...[...SHARE_KEYS, ...ROTARY_DIM_KEYS, 'qk_rope_head_dim']]

/** Names of embeddings that are rotations: rope, mrope, rope_gptj, rotary, RotaryEmbedding, ... */
const ROTARY = /rope|rotary/i

/** Names of embeddings that are none, whatever model they stand in. */
const OTHERS: readonly string[] = [
  ...['alibi', 'none', 'nope', 'no_pe', 'learned', 'learned_absolute', 'sinusoidal'],
  ...['relative', 'relative_key', 'relative_key_query'],
]

/** Keys that say whether anything rotates. */
export const STILL_KEYS: readonly string[] = [...Object.keys(FLAGS), 'position_embedding_type']

function embeddingType(config: Json): string | undefined {
  const value = config.position_embedding_type
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  return failConfig('position_embedding_type', `is ${show(value)}; accepted: a name such as "rope"`)
}

/** True when no layer of the model rotates. */
export function isStill(config: Json, facts: ModelFacts): boolean {
  const type = embeddingType(config)
  const isRotary = type !== undefined && ROTARY.test(type)
  const rotating = facts.still ? rotatingKey(config, facts, isRotary) : undefined
  if (rotating !== undefined) {
    failConfig(
      rotating[0],
      `is ${show(rotating[1])}, but the code of ${show(config.model_type)} in transformers has no RoPE: name the code of the weights (model_type), or leave the key out`,
    )
  }
  if (config.use_mla === false && config.qk_rope_head_dim !== undefined) {
    failConfig(
      'use_mla',
      "is false: the code then has Llama's attention; write model_type: 'llama' with its own head_dim",
    )
  }
  const off = Object.entries(FLAGS).some(([key, value]) => readFlag(config[key], key) === value)
  if (facts.still || off || COUNTS.some((key) => config[key] === 0)) return true
  if (facts.stillAtLayers !== undefined && config.num_hidden_layers === facts.stillAtLayers) {
    return true
  }
  if (type !== undefined) return !isRotary && isOther(type, config, facts)
  const { onlyIf } = facts
  return onlyIf !== undefined && (config[onlyIf] ?? null) === null
}

/** A key by which the file of a model without RoPE says that it rotates. */
function rotatingKey(
  config: Json,
  { idle }: ModelFacts,
  isRotary: boolean,
): readonly [string, unknown] | undefined {
  if (isRotary) return ['position_embedding_type', config.position_embedding_type]
  const { attn_config: inner } = config
  if (isRecord(inner) && inner.rope === true) return ['attn_config.rope', true]
  if (idle) return undefined
  return Object.entries(config).find(
    ([key, value]) => ROTARY.test(key) && value && !(isRecord(value) && isEmpty(value)),
  )
}

function isEmpty(record: Json): boolean {
  return Object.keys(record).length === 0
}

/** Whether a name that is no rotation's says that there is none: codes that do not read the key rotate. */
function isOther(type: string, config: Json, { onlyIf }: ModelFacts): boolean {
  if (onlyIf === 'position_embedding_type' || OTHERS.includes(type.toLowerCase())) return true
  return failConfig(
    'position_embedding_type',
    `is ${show(type)}, which the code of ${show(config.model_type)} does not read; leave it out if the model rotates, or write "none" if it does not`,
  )
}
