/**
 * A schedule as a dictionary of RoPE parameters: the inverse of read-schedule.ts. Schedules that
 * config.json files have no name for are refused.
 */
import { RopeError } from '../../errors.js'
import type { DynamicYarnSchedule, ScheduleOptions, YarnSchedule } from '../../schedule/schedule.js'
import { modelFacts } from '../known-models.js'
import type { Json } from './parameters.js'

/** The keys of Hugging Face and ours. */
const NAMES: Readonly<Record<string, string>> = {
  factor: 'factor',
  alpha: 'alpha',
  low_freq_factor: 'lowFreqFactor',
  high_freq_factor: 'highFreqFactor',
  original_max_position_embeddings: 'originalMaxPositionEmbeddings',
  beta_fast: 'betaFast',
  beta_slow: 'betaSlow',
  truncate: 'truncate',
  attention_factor: 'attentionFactor',
  mscale: 'mscale',
  mscale_all_dim: 'mscaleAllDim',
  extrapolation_factor: 'extrapolationFactor',
  attn_factor: 'attnFactor',
  ntk_factor: 'ntkFactor',
  mixed_b: 'mixedB',
  finetuned: 'finetuned',
  short_factor: 'shortFactor',
  long_factor: 'longFactor',
  short_mscale: 'shortMscale',
  long_mscale: 'longMscale',
  partial_rotary_factor: 'partialRotaryFactor',
}

/** Refuses what a format cannot say. */
export function failWrite(field: string, problem: string, fix: string): never {
  throw new RopeError('INVALID_OPTION', `${field} ${problem}; ${fix}`, { field })
}

const WAY_OUT =
  'write the frequencies instead (MLX periods, ONNX caches, GGUF factors), or keep the config itself as JSON'

/** The parameters of a schedule, without its base: `{ rope_type: 'linear', factor: 2 }`. */
export function writeSchedule(schedule: ScheduleOptions, modelType: string | undefined): Json {
  const rope_type = typeOf(schedule, modelType)
  if ('frozenLength' in schedule && schedule.frozenLength !== undefined) {
    failWrite('schedule.frozenLength', 'has no key in config.json', WAY_OUT)
  }
  const own = schedule as unknown as Json
  const entries = Object.entries(NAMES).map(([key, name]) => [key, own[name]] as const)
  const stated = entries.filter(([, value]) => value !== undefined)
  const parameters = { rope_type, ...Object.fromEntries(stated) }
  // Hunyuan's alpha is our ntk's factor.
  if (schedule.type !== 'ntk') return parameters
  return { rope_type, alpha: schedule.factor }
}

function typeOf(schedule: ScheduleOptions, modelType: string | undefined): string {
  switch (schedule.type) {
    case 'default':
    case 'linear':
    case 'dynamic':
    case 'longrope':
    case 'llama3':
    case 'proportional':
    case 'ntk-by-parts':
      return schedule.type
    case 'ntk':
    case 'ntk-alpha':
      return 'dynamic'
    case 'ntk-fixed':
    case 'ntk-mixed':
      return 'ntk'
    case 'yarn':
      return yarnType(schedule, modelType)
    case 'dynamic-yarn':
      checkDynamicYarn(schedule)
      return 'dynamic-yarn'
    default:
      return failWrite('schedule.type', `'${schedule.type}' has no name in config.json`, WAY_OUT)
  }
}

function yarnType(schedule: YarnSchedule, modelType: string | undefined): string {
  const { mscaleCoefficient = 0.1, scaleSoftmax = false } = schedule
  const implied = modelFacts(modelType)?.scalesSoftmax === true
  if (implied && !scaleSoftmax) {
    failWrite(
      'modelType',
      `'${modelType}' scales the softmax, and the schedule does not`,
      'set scaleSoftmax: true, or leave modelType out',
    )
  }
  if (mscaleCoefficient === 0.07 && !scaleSoftmax) return 'telechat3-yarn'
  if (mscaleCoefficient !== 0.1) {
    failWrite(
      'schedule.mscaleCoefficient',
      `${mscaleCoefficient} has no key in config.json`,
      WAY_OUT,
    )
  }
  return scaleSoftmax && !implied ? 'deepseek_yarn' : 'yarn'
}

function checkDynamicYarn({ scaleSoftmax, mscaleCoefficient = 0.1 }: DynamicYarnSchedule): void {
  if (scaleSoftmax !== true && mscaleCoefficient === 0.1) return
  failWrite(
    'schedule',
    'of type dynamic-yarn scales the softmax or states mscaleCoefficient',
    WAY_OUT,
  )
}

/** `max_position_embeddings` as far as a schedule itself states it. */
export function statedMaximum(schedule: ScheduleOptions): number | undefined {
  return schedule.type === 'dynamic' || schedule.type === 'dynamic-yarn'
    ? schedule.maxPositionEmbeddings
    : undefined
}

/** A schedule without what is the same as leaving it out, to compare two of them. */
export function plainSchedule(schedule: ScheduleOptions, rotaryDim: number): ScheduleOptions {
  const { type } = schedule
  if (type === 'ntk') return { type: 'ntk-alpha', base: schedule.base, alpha: schedule.factor }
  const entries = Object.entries(schedule).filter(
    ([key, value]) =>
      !(key === 'scaleSoftmax' && value === false) &&
      !(key === 'mscaleCoefficient' && value === 0.1) &&
      !((key === 'mscale' || key === 'mscaleAllDim') && value === 0) &&
      !(key === 'exponentDim' && value === rotaryDim),
  )
  return Object.fromEntries(entries) as unknown as ScheduleOptions
}
