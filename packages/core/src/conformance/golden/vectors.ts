/**
 * The golden file as typed data. See README.md beside it for where the numbers come from.
 */
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import data from './frequencies.json' with { type: 'json' }

/** Inverse frequencies of one model or test configuration. */
export interface GoldenVector {
  readonly params: {
    readonly rope_type?: string
    readonly rope_theta?: number
    readonly factor?: number
    readonly head_dim?: number
    readonly layout?: string
    readonly partial_rotary_factor?: number
    readonly original_max_position_embeddings?: number
    readonly max_position_embeddings?: number
    /** Tokens in the sequence: a number where the table depends on it. */
    readonly seq_len?: number | string
    /** LongRoPE's divisors, where they are written out. */
    readonly factors?: readonly number[]
    readonly alpha?: number
    readonly low_freq_factor?: number
    readonly high_freq_factor?: number
    readonly beta_fast?: number
    readonly beta_slow?: number
    readonly truncate?: boolean
    readonly mscale?: number
    readonly mscale_all_dim?: number
  }
  readonly attention_factor: number
  readonly softmax_scale_mult?: number
  readonly inv_freq: readonly number[]
}

const ALL: Readonly<Record<string, unknown>> = data

/** Every vector of inverse frequencies by name. */
export const GOLDEN_VECTORS: readonly (readonly [string, GoldenVector])[] = Object.entries(ALL)
  .filter(([name]) => !name.startsWith('_'))
  .map(([name, vector]): readonly [string, GoldenVector] => [name, vector as GoldenVector])

/** Rotations of small inputs by name, 12 significant digits. */
export const GOLDEN_ROTATIONS: Readonly<Record<string, readonly number[]>> =
  data._rotation as unknown as Readonly<Record<string, readonly number[]>>

/** [cos, sin] by `theta=...,d=...,i=...,pos=...`, 15 significant digits. */
export const GOLDEN_LONG_POSITIONS: readonly (readonly [string, readonly number[]])[] =
  Object.entries(data._long_position_cos_sin)

/** The axis of every pair, by model and sections. */
export const GOLDEN_AXES: readonly (readonly [string, readonly number[]])[] = Object.entries(
  data._meta.mapping,
)

/** First 20 angles of DINOv3 patches by `row,column` on a 14 x 14 grid, 12 significant digits. */
export const GOLDEN_PATCH_ANGLES: readonly (readonly [string, readonly number[]])[] =
  Object.entries(data._dinov3_angles_14x14_head64_first20)
