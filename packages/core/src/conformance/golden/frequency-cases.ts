/**
 * Inverse frequencies of real models, at positions near and far.
 */
import { computeFrequencies, type RopeOptions, resolveConfig } from '../../config/config.js'
import type { DType } from '../../numbers/dtype.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import { checkClose } from '../calls/numbers.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { checkAngles, formulaError, PRECISE } from './angles.js'
import { GOLDEN_VECTORS, type GoldenVector } from './vectors.js'

function scheduleOf({
  params,
  inv_freq,
  attention_factor,
  softmax_scale_mult,
}: GoldenVector): ScheduleOptions {
  const base = params.rope_theta
  if (params.rope_type === 'default' && base !== undefined) return { type: 'default', base }
  if (params.rope_type === 'linear' && base !== undefined && params.factor !== undefined) {
    return { type: 'linear', base, factor: params.factor }
  }
  const scaled = scaledSchedule(params) ?? lengthSchedule(params)
  if (scaled !== null) return scaled
  return {
    type: 'custom',
    inverseFrequencies: inv_freq,
    attentionFactor: attention_factor,
    ...(softmax_scale_mult === undefined ? {} : { softmaxScale: softmax_scale_mult }),
  }
}

/** The scaled schedules by their Hugging Face keys; null for those that core does not have. */
function scaledSchedule(params: GoldenVector['params']): ScheduleOptions | null {
  const { rope_theta: base, factor, original_max_position_embeddings: original } = params
  if (base === undefined) return null
  if (params.rope_type === 'dynamic' && params.alpha !== undefined) {
    return { type: 'ntk-alpha', base, alpha: params.alpha }
  }
  if (params.rope_type === 'proportional' && params.partial_rotary_factor !== undefined) {
    return { type: 'proportional', base, partialRotaryFactor: params.partial_rotary_factor }
  }
  if (params.rope_type === 'ntk' && factor !== undefined) {
    return { type: 'ntk-fixed', base, factor }
  }
  if (factor === undefined || original === undefined) return null
  if (params.rope_type === 'ntk-by-parts') {
    return { type: 'ntk-by-parts', base, factor, originalMaxPositionEmbeddings: original }
  }
  if (params.rope_type === 'llama3') {
    return {
      type: 'llama3',
      base,
      factor,
      lowFreqFactor: params.low_freq_factor ?? 1,
      highFreqFactor: params.high_freq_factor ?? 4,
      originalMaxPositionEmbeddings: original,
    }
  }
  if (params.rope_type !== 'yarn') return null
  return {
    type: 'yarn',
    base,
    factor,
    originalMaxPositionEmbeddings: original,
    ...(params.beta_fast === undefined ? {} : { betaFast: params.beta_fast }),
    ...(params.beta_slow === undefined ? {} : { betaSlow: params.beta_slow }),
    ...(params.truncate === undefined ? {} : { truncate: params.truncate }),
    ...(params.mscale === undefined ? {} : { mscale: params.mscale }),
    ...(params.mscale_all_dim === undefined
      ? {}
      : { mscaleAllDim: params.mscale_all_dim, scaleSoftmax: true }),
  }
}

/** The schedules with a table per length, each fixed at the length of its vector. */
function lengthSchedule(params: GoldenVector['params']): ScheduleOptions | null {
  const { rope_theta: base, factor, max_position_embeddings: max, seq_len: length } = params
  if (base === undefined || max === undefined) return null
  if (params.rope_type === 'dynamic' && factor !== undefined && typeof length === 'number') {
    return { type: 'dynamic', base, factor, maxPositionEmbeddings: max, frozenLength: length }
  }
  const { original_max_position_embeddings: original, factors } = params
  if (params.rope_type !== 'longrope' || original === undefined || factors === undefined) {
    return null
  }
  return {
    type: 'longrope',
    base,
    shortFactor: factors,
    longFactor: factors,
    originalMaxPositionEmbeddings: original,
    factor: max / original,
  }
}

/** The options of a golden vector; a schedule that core does not have is given by its frequencies. */
function optionsOf(vector: GoldenVector): RopeOptions {
  const rotaryDim = 2 * vector.inv_freq.length
  return {
    headDim: Math.max(rotaryDim, vector.params.head_dim ?? 0),
    rotaryDim,
    pairing: vector.params.layout === 'interleaved' ? 'interleaved' : 'half',
    schedule: scheduleOf(vector),
  }
}

const POSITIONS: readonly number[] = [0, 1, 17, 4095, 131071]

async function checkVector(trial: Trial, dtype: DType, vector: GoldenVector): Promise<void> {
  const options = optionsOf(vector)
  const frequencies = computeFrequencies(resolveConfig(options))
  const { inv_freq, attention_factor, softmax_scale_mult = 1 } = vector
  checkClose('inverse frequency', frequencies.inverseFrequencies, inv_freq, (i) => {
    const frequency = inv_freq[i] as number
    return frequency * formulaError(frequency)
  })
  checkClose('attention factor', [frequencies.attentionFactor], [attention_factor], () => 0)
  checkClose('softmax scale', [frequencies.softmaxScale], [softmax_scale_mult], () => 0)
  const angles = POSITIONS.flatMap((position) => inv_freq.map((frequency) => position * frequency))
  await checkAngles(trial, dtype, {
    options,
    positions: POSITIONS,
    factor: attention_factor,
    cos: angles.map(Math.cos),
    sin: angles.map(Math.sin),
    // The frequency's own error, the product's rounding, and that of cos and sin in double.
    slack: (i) =>
      (angles[i] as number) * (formulaError(inv_freq[i % inv_freq.length] as number) + 2 ** -53) +
      2 ** -52,
  })
}

/** One case per vector and precise dtype. */
export function frequencyCases(): readonly ConformanceCase[] {
  return GOLDEN_VECTORS.flatMap(([name, vector]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `frequencies/${name}/${dtype}`, (trial) =>
        checkVector(trial, dtype, vector),
      ),
    ),
  )
}
