/**
 * YaRN (Peng et al. 2023, arXiv 2309.00071): low frequencies are interpolated, high ones kept,
 * with a linear ramp between two pair indices that follow from how often a pair turns within the
 * original context; and a temperature, folded into cos and sin as the attention factor.
 *
 *     r(beta) = d ln(L0 / (2 pi beta)) / (2 ln theta);   ramp from r(betaFast) to r(betaSlow)
 *     F = f (1 - ramp) + f / s * ramp;   g(s, m) = 1 for s <= 1, else 0.1 m ln s + 1
 */
import { checkAtLeast, checkFlag, checkKeys, checkPositive, reject } from '../check.js'
import {
  blend,
  buildFrequencies,
  checkBase,
  checkFactor,
  checkLength,
  dividedBy,
  float32Powers,
  pick,
} from './build.js'
import { inversePowers } from './exact-power.js'
import { type Ramp, rampAt, rampOf } from './ramp.js'
import type { Frequencies, Schedule, YarnSchedule } from './schedule.js'

/** A YaRN schedule with its defaults filled in. */
type Yarn = Required<Omit<YarnSchedule, 'attentionFactor' | 'mscale' | 'mscaleAllDim'>> &
  YarnSchedule

/** g(s, m): how much hotter attention becomes when the context grows s-fold. */
export function yarnTemperature(factor: number, mscale: number, coefficient = 0.1): number {
  return factor <= 1 ? 1 : coefficient * mscale * Math.log(factor) + 1
}

function attentionFactorOf({
  attentionFactor,
  factor,
  mscale,
  mscaleAllDim,
  attnFactor,
  mscaleCoefficient,
}: Yarn): number {
  if (attentionFactor !== undefined) return attentionFactor * attnFactor
  const g = (m: number): number => yarnTemperature(factor, m, mscaleCoefficient)
  if (mscale !== undefined && mscaleAllDim !== undefined && mscale !== 0 && mscaleAllDim !== 0) {
    return (g(mscale) / g(mscaleAllDim)) * attnFactor
  }
  return g(1) * attnFactor
}

function softmaxScaleOf({ scaleSoftmax, factor, mscaleAllDim, mscaleCoefficient }: Yarn): number {
  if (!(scaleSoftmax && mscaleAllDim)) return 1
  return yarnTemperature(factor, mscaleAllDim, mscaleCoefficient) ** 2
}

/** The frequencies, attention factor and softmax scale of YaRN. */
export function yarnFrequencies(options: YarnSchedule, pairs: number): Frequencies {
  const yarn = withDefaults(options)
  const ramp = rampOf(yarn, yarn.betaFast, yarn.betaSlow, pairs, yarn.truncate)
  const exact = inversePowers(yarn.base, pairs).map((frequency, i) => {
    const interpolated = 1 - (1 - rampAt(ramp, i)) * yarn.extrapolationFactor
    return blend(frequency, dividedBy(frequency, yarn.factor), interpolated)
  })
  const float32 = float32Yarn(yarn, ramp, pairs)
  return buildFrequencies(exact, float32, attentionFactorOf(yarn), softmaxScaleOf(yarn))
}

/** The order of operations of transformers' `_compute_yarn_parameters`, in float32. */
function float32Yarn(yarn: Yarn, { low, high }: Ramp, pairs: number): Float32Array {
  const factor = Math.fround(yarn.factor)
  const width = Math.fround(high - low)
  return float32Powers(yarn.base, pairs).map((power, i) => {
    const kept = Math.fround(1 / power)
    const interpolated = Math.fround(1 / Math.fround(factor * power))
    const ramp = Math.min(1, Math.max(0, Math.fround(Math.fround(i - Math.fround(low)) / width)))
    const share = Math.fround(Math.fround(1 - ramp) * Math.fround(yarn.extrapolationFactor))
    return Math.fround(interpolated * Math.fround(1 - share)) + Math.fround(kept * share)
  })
}

function withDefaults(options: YarnSchedule): Yarn {
  return {
    betaFast: 32,
    betaSlow: 1,
    truncate: true,
    extrapolationFactor: 1,
    attnFactor: 1,
    mscaleCoefficient: 0.1,
    scaleSoftmax: false,
    ...options,
  }
}

const NUMBERS = ['attnFactor'] as const
const BETAS = ['betaFast', 'betaSlow'] as const
/** Far below any use, and far above where a number of turns overflows. */
const SMALLEST_BETA = 2 ** -20
const NOT_NEGATIVE = ['mscale', 'mscaleAllDim', 'extrapolationFactor', 'mscaleCoefficient'] as const
const FLAGS = ['truncate', 'scaleSoftmax'] as const

/** The options that YaRN and dynamic YaRN share. */
export const YARN_KEYS: readonly string[] = [
  ...['type', 'base', 'originalMaxPositionEmbeddings'],
  ...NUMBERS,
  ...BETAS,
  ...NOT_NEGATIVE,
  ...FLAGS,
]

/** Checks the options that YaRN and dynamic YaRN share. */
export function validateYarn(
  options: Readonly<Record<string, unknown>>,
): Omit<YarnSchedule, 'type' | 'factor'> {
  const base = checkBase(options.base)
  if (base === 1) reject('INVALID_OPTION', 'schedule.base', base, 'a number above 1')
  const key = 'originalMaxPositionEmbeddings'
  return {
    base,
    [key]: checkLength(options[key], key),
    ...pick(options, NUMBERS, checkPositive),
    ...pick(options, BETAS, (value, field) => checkAtLeast(value, field, SMALLEST_BETA)),
    ...pick(options, NOT_NEGATIVE, (value, field) => checkAtLeast(value, field, 0)),
    ...pick(options, FLAGS, checkFlag),
  }
}

/** `{ type: 'yarn', base, factor, originalMaxPositionEmbeddings, ... }`. */
export const yarnSchedule: Schedule<YarnSchedule> = {
  type: 'yarn',
  validate(options) {
    checkKeys(options, 'schedule', [...YARN_KEYS, 'factor', 'attentionFactor'])
    return {
      type: 'yarn',
      ...validateYarn(options),
      factor: checkFactor(options.factor),
      ...pick(options, ['attentionFactor'], checkPositive),
    }
  },
  frequencies: yarnFrequencies,
}
