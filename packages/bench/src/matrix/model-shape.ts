/**
 * Shapes of real models: what of a model matters to the time of a rotation.
 * Sources: the models' published config.json (heads, head dimension, base, partial factor).
 */
import { type PairingName, type RopeConfig, resolveConfig } from '@rope/core'

/** The heads of a model's attention. */
export interface ModelShape {
  /** The name in case ids, such as `llama-3-8b`. */
  readonly name: string
  /** Heads of q. */
  readonly queryHeads: number
  /** Heads of k. */
  readonly keyHeads: number
  readonly headDim: number
  /** Channels of a head that take part, from the first. */
  readonly rotaryDim: number
  /** The base of the schedule (rope_theta). */
  readonly base: number
}

/** Llama 3 8B: the shape that everything is compared on. */
export const LLAMA: ModelShape = {
  name: 'llama-3-8b',
  queryHeads: 32,
  keyHeads: 8,
  headDim: 128,
  rotaryDim: 128,
  base: 500000,
}

/** Gemma 2 9B: heads of 256 channels. */
export const GEMMA: ModelShape = {
  name: 'gemma-2-9b',
  queryHeads: 16,
  keyHeads: 8,
  headDim: 256,
  rotaryDim: 256,
  base: 10000,
}

/** Phi 3 mini: heads of 96 channels, which no power of two divides evenly. */
export const PHI: ModelShape = {
  name: 'phi-3-mini',
  queryHeads: 32,
  keyHeads: 32,
  headDim: 96,
  rotaryDim: 96,
  base: 10000,
}

/** GLM 4 9B: only the first 64 of 128 channels rotate. */
export const GLM: ModelShape = {
  name: 'glm-4-9b',
  queryHeads: 32,
  keyHeads: 2,
  headDim: 128,
  rotaryDim: 64,
  base: 10000,
}

/** Qwen 3 8B. */
const QWEN_3: ModelShape = {
  name: 'qwen-3-8b',
  queryHeads: 32,
  keyHeads: 8,
  headDim: 128,
  rotaryDim: 128,
  base: 1000000,
}

/** Gemma 3 12B, a layer of full attention. */
const GEMMA_3: ModelShape = {
  name: 'gemma-3-12b',
  queryHeads: 16,
  keyHeads: 8,
  headDim: 256,
  rotaryDim: 256,
  base: 1000000,
}

/** Phi 3.5 mini. */
const PHI_3_5: ModelShape = {
  name: 'phi-3.5-mini',
  queryHeads: 32,
  keyHeads: 32,
  headDim: 96,
  rotaryDim: 96,
  base: 10000,
}

/** Qwen2-VL 7B; its three axes change angles, not times. */
const QWEN_2_VL: ModelShape = {
  name: 'qwen-2-vl-7b',
  queryHeads: 28,
  keyHeads: 4,
  headDim: 128,
  rotaryDim: 128,
  base: 1000000,
}

/** Every shape that a case's id can name. */
export const MODEL_SHAPES: readonly ModelShape[] = [
  ...[LLAMA, QWEN_3, GEMMA_3, PHI_3_5, QWEN_2_VL],
  ...[GEMMA, PHI, GLM],
]

/** `Llama`-like words for a table: `32 + 8 heads x 128` or `32 + 2 heads x 128 (64 rotate)`. */
export function shapeText({ queryHeads, keyHeads, headDim, rotaryDim }: ModelShape): string {
  const partial = rotaryDim === headDim ? '' : ` (${rotaryDim} rotate)`
  return `${queryHeads} + ${keyHeads} heads x ${headDim}${partial}`
}

/** The config of a model under a pairing. Schedules change numbers, not times: the plain one serves. */
export function shapeConfig(shape: ModelShape, pairing: PairingName): RopeConfig {
  const { headDim, rotaryDim, base } = shape
  return resolveConfig({ headDim, rotaryDim, pairing, schedule: { type: 'default', base } })
}
