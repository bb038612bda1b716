/**
 * Keys of a config.json that change the angles outside its RoPE parameters. Each is read or refused:
 * what is known to matter is never ignored.
 */
import { isRecord, show } from '../../check.js'
import type { ModelFacts } from '../model-facts.js'
import {
  BASE_KEYS,
  COUNT_KEYS,
  HEAD_KEYS,
  PAIRING_KEYS,
  ROTARY_DIM_KEYS,
  SHARE_KEYS,
  WIDTH_KEYS,
} from './keys.js'
import { KIND_KEYS } from './layer-kinds.js'
import { failConfig, type Json, readPositive } from './parameters.js'
import { STILL_KEYS } from './still.js'

/** A key that is refused, the values with which it does nothing, and what to do instead. */
interface Refused {
  readonly neutral: readonly unknown[]
  readonly fix: string
}

/** Parts of the dictionary. */
const INSIDE: Refused = {
  neutral: ['default', 'none', false],
  fix: 'write it within rope_parameters',
}

/** Divisors of positions. */
const DIVISOR: Refused = {
  neutral: [1],
  fix: "it divides positions: write rope_scaling: { rope_type: 'linear', factor }",
}

/** Keys that say what another key says here. */
const write = (instead: string): Refused => ({ neutral: [], fix: `write ${instead}` })

/** Keys that change the angles by a rule that is not implemented. */
const REFUSED: Readonly<Record<string, Refused>> = {
  use_dynamic_ntk: {
    neutral: [false],
    fix: 'it changes the base beyond seq_length: set it to false for shorter sequences',
  },
  yarn: write(
    "rope_parameters: { rope_type: 'yarn', factor, original_max_position_embeddings, beta_fast: beta, beta_slow: alpha }",
  ),
  rotary_scaling_factor: {
    neutral: [1],
    fix: "it changes the base with the length: write rope_scaling: { rope_type: 'dynamic', factor } if the code does the same",
  },
  ...{ rope_condense_ratio: DIVISOR, rope_position_scale: DIVISOR, compression_ratio: DIVISOR },
  ...{ position_interpolation_factor: DIVISOR, seq_len_interpolation_factor: DIVISOR },
  rope_scaling_factor: {
    neutral: [1],
    fix: 'write rope_scaling: { rope_type, factor } with the type of the code',
  },
  rotary_emb_scale_base: write("schedule { type: 'xpos' } yourself"),
  ...{ rope_scaling_type: INSIDE, rope_type: INSIDE, mrope_section: INSIDE },
  ...{ mrope_interleaved: INSIDE, xdrope_section: INSIDE },
  rotary_base: write('rope_theta'),
  rotary_percentage: write('partial_rotary_factor'),
  rotary: write("its base as rope_theta, and rope_scaling where its type is not 'origin'"),
  position_encoding_2d: {
    neutral: [false],
    fix: 'each half of a head then has positions of its own: give a config with axes',
  },
  original_rope: {
    neutral: [true],
    fix: "compute the frequencies yourself and use schedule { type: 'custom' }",
  },
}

/** Multiplies the base (ChatGLM). */
const RATIO = 'rope_ratio'

/** Every key outside the dictionaries that is read. */
export const READ_KEYS: readonly string[] = [
  ...['rope_scaling', 'rope_parameters', ...BASE_KEYS, ...SHARE_KEYS, ...PAIRING_KEYS],
  ...['rope_local_base_freq', 'local_rope_theta', 'swa_rope_theta', 'compress_rope_theta'],
  ...['layer_rope_theta', 'no_rope_layers', 'no_rope_layer_interval', 'partial_rotary_factors'],
  ...['cross_attention_layers', 'compress_ratios', 'sliding_window', RATIO, ...ROTARY_DIM_KEYS],
  ...['qk_rope_head_dim', 'qk_nope_head_dim', 'qk_head_dim', 'global_head_dim', 'swa_head_dim'],
  ...['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'per_layer_config'],
  ...['max_position_embeddings', 'original_max_position_embeddings'],
  ...[...STILL_KEYS, ...KIND_KEYS, ...HEAD_KEYS, ...WIDTH_KEYS, ...COUNT_KEYS],
]

/** Whether a key is read, or refused where it matters. */
export function isKnownKey(key: string): boolean {
  return READ_KEYS.includes(key) || Object.hasOwn(REFUSED, key)
}

/** Every key that is refused where it matters. */
export const REFUSED_KEYS: readonly string[] = Object.keys(REFUSED)

/** Refuses keys that change the angles in a way that is not implemented. */
export function checkAngleKeys(config: Json, facts: ModelFacts): void {
  for (const [key, { neutral, fix }] of Object.entries(REFUSED)) {
    const value = config[key] ?? null
    if (value === null || neutral.includes(value)) continue
    failConfig(key, `is ${show(value)}, which changes the angles; ${fix}`)
  }
  const inner = config.attn_config
  const usual = facts.rope?.rope_theta ?? 10000
  const isOther = isRecord(inner) && (inner.rope_theta ?? usual) !== usual
  if (isOther && config.rope_theta === undefined) {
    failConfig(
      'attn_config.rope_theta',
      `is ${show(inner.rope_theta)}, which not all codes of this model read; write rope_theta beside attn_config`,
    )
  }
  const ratio = readPositive(config[RATIO], RATIO) ?? 1
  if (ratio === 1 || facts.ratio) return
  failConfig(RATIO, `is ${ratio}, by which chatglm alone multiplies the base; state rope_theta`)
}

/** The base, multiplied by what ChatGLM says beside it. */
export function scaledBase(config: Json, facts: ModelFacts, base: number): number {
  return facts.ratio ? base * (readPositive(config[RATIO], RATIO) ?? 1) : base
}
