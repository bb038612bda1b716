/**
 * Keys by which a config.json says that no layer rotates: other position embeddings, none at all, or
 * a rotation of no channels.
 */
import { show } from '../../check.js'
import type { ModelFacts } from '../model-facts.js'
import { SHARE_KEYS } from './keys.js'
import { failConfig, type Json } from './parameters.js'

/** Flags that turn the rotation off, and the value that does. */
const FLAGS: Readonly<Record<string, boolean>> = {
  ...{ alibi: true, use_alibi: true, mla_use_nope: true, use_mem_rope: false, use_rope: false },
}

/** Counts and shares of rotating channels; none of them rotates at 0. */
const COUNTS: readonly string[] = [...SHARE_KEYS, 'qk_rope_head_dim', 'rotary_dim']

/** Names of embeddings that are rotations. */
const ROTARY: readonly string[] = ['rope', 'rotary', 'mrope']

/** Keys that say whether anything rotates. */
export const STILL_KEYS: readonly string[] = [...Object.keys(FLAGS), 'position_embedding_type']

function flag(config: Json, key: string): boolean | undefined {
  const value = config[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  return failConfig(key, `is ${show(value)}; accepted: true or false`)
}

function embeddingType(config: Json): string | undefined {
  const value = config.position_embedding_type
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  return failConfig('position_embedding_type', `is ${show(value)}; accepted: a name such as "rope"`)
}

/** True when no layer of the model rotates. */
export function isStill(config: Json, facts: ModelFacts): boolean {
  const type = embeddingType(config)
  const off = Object.entries(FLAGS).some(([key, value]) => flag(config, key) === value)
  if (facts.still || off || COUNTS.some((key) => config[key] === 0)) return true
  if (type !== undefined) return !ROTARY.includes(type)
  const { onlyIf } = facts
  return onlyIf !== undefined && (config[onlyIf] ?? null) === null
}
