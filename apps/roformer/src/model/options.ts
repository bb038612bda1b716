/**
 * What a model is: one transformer in all the forms that the runs need.
 */
import type { ScheduleOptions } from '@rope/core'

/** How a model knows where a token stands. */
export type PositionName = 'none' | 'learned' | 'sinusoidal' | 'rope'

/** Every way, in the order of tables. */
export const POSITION_NAMES: readonly PositionName[] = ['none', 'learned', 'sinusoidal', 'rope']

/** The sizes and choices of a model. */
export interface ModelOptions {
  readonly positions: PositionName
  readonly vocabulary: number
  readonly layers: number
  /** Channels of a token. */
  readonly width: number
  readonly heads: number
  /** Tokens of a training sequence. */
  readonly tokens: number
  /** Where the norms stand: after each residual sum (BERT), or before each branch. */
  readonly norm: 'post' | 'pre'
  /** What embeddings are multiplied by; sqrt(width) in the transformer paper, 1 in BERT. */
  readonly embeddingScale: number
  /** The standard deviation of the first embeddings; 0.02 in BERT. */
  readonly embeddingDeviation: number
  /** The standard deviation of the first weights of products; 0.02 in BERT. */
  readonly deviation: number
  /** Whether a token sees only those before it. */
  readonly causal: boolean
  /** Softmax attention, or linear attention with phi = elu + 1 (RoFormer, equation 19). */
  readonly attention: 'softmax' | 'linear'
}

/** RoPE's base in every run. */
export const BASE = 10000

/** The schedule that models with RoPE are trained with. */
export const TRAINED_SCHEDULE: ScheduleOptions = { type: 'default', base: BASE }

/** Channels of a head. */
export function headDimOf({ width, heads }: ModelOptions): number {
  return width / heads
}
