/**
 * Factors on q that grow with the position: companions of RoPE in long-context models. They are not
 * angles and no schedule applies them: multiply q (or its row of scores) by them, once.
 */
import { checkAtLeast, checkPositive, checkRecord, reject } from '../check.js'

/** Options of Llama 4's temperature. */
export interface Llama4Temperature {
  /** attn_scale; 0.1 when absent. */
  readonly attnScale?: number
  /** Positions per step; 8192 when absent. */
  readonly floorScale?: number
}

/** `1 + slope ln(1 + steps)`, or INVALID_OPTION where that overflows. */
function temperature(slope: number, steps: number, options: string): number {
  const factor = 1 + slope * Math.log(1 + steps)
  if (Number.isFinite(factor)) return factor
  return reject('INVALID_OPTION', `the temperature that ${options} make`, factor, 'a finite number')
}

/**
 * Llama 4, on its layers without RoPE: `1 + attnScale ln(1 + floor((position + 1) / floorScale))`.
 *
 * @param position of the query, 0 for the first token
 * @throws RopeError INVALID_OPTION
 */
export function llama4Temperature(position: number, options: Llama4Temperature = {}): number {
  const given = checkRecord(options, 'options', '{ attnScale, floorScale }')
  const attnScale = checkAtLeast(given.attnScale ?? 0.1, 'attnScale', 0)
  const floorScale = checkPositive(given.floorScale ?? 8192, 'floorScale')
  const steps = Math.floor((checkAtLeast(position, 'position', 0) + 1) / floorScale)
  return temperature(attnScale, steps, `attnScale ${attnScale} and floorScale ${floorScale}`)
}

/** Options of Ministral 3's temperature. */
export interface MinistralTemperature {
  /** llama_4_scaling_beta; 0.1 in Ministral 3 and Mistral 4. */
  readonly beta: number
  /** Context length, in tokens, before it was extended. */
  readonly originalMaxPositionEmbeddings: number
}

/**
 * Ministral 3 and Mistral 4: `1 + beta ln(1 + floor(position / originalMaxPositionEmbeddings))`.
 *
 * @param position of the query, 0 for the first token
 * @throws RopeError INVALID_OPTION
 */
export function ministralTemperature(position: number, options: MinistralTemperature): number {
  const key = 'originalMaxPositionEmbeddings'
  const given = checkRecord(options, 'options', `{ beta, ${key} }`)
  const beta = checkAtLeast(given.beta, 'beta', 0)
  const length = checkAtLeast(given[key], key, 1)
  const steps = Math.floor(checkAtLeast(position, 'position', 0) / length)
  return temperature(beta, steps, `beta ${beta} and ${key} ${length}`)
}

/**
 * logN scaling (Su, kexue.fm/archives/8823; used with ReRoPE): `max(1, ln(position + 1) / ln trained)`.
 *
 * @param position of the query, 0 for the first token
 * @param trainedLength tokens the model was trained on, above 1
 * @throws RopeError INVALID_OPTION
 */
export function logNScale(position: number, trainedLength: number): number {
  const trained = checkAtLeast(trainedLength, 'trainedLength', 2)
  return Math.max(1, Math.log(checkAtLeast(position, 'position', 0) + 1) / Math.log(trained))
}
