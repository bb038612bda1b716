/**
 * YaRN (Peng et al. 2023, arXiv 2309.00071): low frequencies are interpolated, high ones kept,
 * with a linear ramp between two pair indices that follow from how often a pair turns within the
 * original context; and a temperature, folded into cos and sin as the attention factor.
 *
 *     r(beta) = d ln(L0 / (2 pi beta)) / (2 ln theta);   ramp from r(betaFast) to r(betaSlow)
 *     F = f (1 - ramp) + f / s * ramp;   g(s, m) = 1 for s <= 1, else 0.1 m ln s + 1
 */
import { checkAtLeast, checkKeys, checkPositive, reject } from '../check.js'
import {
  blend,
  buildFrequencies,
  checkBase,
  checkFactor,
  dividedBy,
  float32Powers,
} from './build.js'
import { inversePowers } from './exact-power.js'
import type { Frequencies, Schedule, YarnSchedule } from './schedule.js'

/** A YaRN schedule with its defaults filled in. */
type Yarn = Required<Omit<YarnSchedule, 'attentionFactor' | 'mscale' | 'mscaleAllDim'>> &
  YarnSchedule

/** Where the ramp begins and ends, in pairs; may lie beyond the last pair. */
interface Ramp {
  readonly low: number
  readonly high: number
}

function rampOf(options: Yarn, pairs: number): Ramp {
  const dim = 2 * pairs
  const index = (beta: number): number =>
    (dim * Math.log(options.originalMaxPositionEmbeddings / (beta * 2 * Math.PI))) /
    (2 * Math.log(options.base))
  const round = options.truncate ? [Math.floor, Math.ceil] : [Number, Number]
  const low = Math.max((round[0] as typeof Number)(index(options.betaFast)), 0)
  const high = Math.min((round[1] as typeof Number)(index(options.betaSlow)), dim - 1)
  // Equal ends would divide by zero; the offset is the one every implementation uses.
  return { low, high: low === high ? high + 0.001 : high }
}

/** g(s, m): how much hotter attention becomes when the context grows s-fold. */
export function yarnTemperature(factor: number, mscale: number): number {
  return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1
}

function attentionFactorOf({
  attentionFactor,
  factor,
  mscale,
  mscaleAllDim,
  attnFactor,
}: Yarn): number {
  if (attentionFactor !== undefined) return attentionFactor * attnFactor
  if (mscale !== undefined && mscaleAllDim !== undefined && mscale !== 0 && mscaleAllDim !== 0) {
    return (yarnTemperature(factor, mscale) / yarnTemperature(factor, mscaleAllDim)) * attnFactor
  }
  return yarnTemperature(factor, 1) * attnFactor
}

function softmaxScaleOf({ scaleSoftmax, factor, mscaleAllDim }: Yarn): number {
  return scaleSoftmax && mscaleAllDim ? yarnTemperature(factor, mscaleAllDim) ** 2 : 1
}

function yarnFrequencies(options: YarnSchedule, pairs: number): Frequencies {
  const yarn = withDefaults(options)
  const { low, high } = rampOf(yarn, pairs)
  const exact = inversePowers(yarn.base, pairs).map((frequency, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)))
    const interpolated = 1 - (1 - ramp) * yarn.extrapolationFactor
    return blend(frequency, dividedBy(frequency, yarn.factor), interpolated)
  })
  const float32 = float32Yarn(yarn, { low, high }, pairs)
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
    scaleSoftmax: false,
    ...options,
  }
}

const NUMBERS = ['betaFast', 'betaSlow', 'attentionFactor', 'attnFactor'] as const
const NOT_NEGATIVE = ['mscale', 'mscaleAllDim', 'extrapolationFactor'] as const
const FLAGS = ['truncate', 'scaleSoftmax'] as const

function checkFlag(value: unknown, field: string): boolean {
  return typeof value === 'boolean'
    ? value
    : reject('INVALID_OPTION', field, value, 'true or false')
}

function pick<Key extends string, Value>(
  options: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
  check: (value: unknown, field: string) => Value,
): Partial<Record<Key, Value>> {
  const given = keys.filter((key) => options[key] !== undefined)
  const entries = given.map((key) => [key, check(options[key], `schedule.${key}`)] as const)
  return Object.fromEntries(entries) as Partial<Record<Key, Value>>
}

/** `{ type: 'yarn', base, factor, originalMaxPositionEmbeddings, ... }`. */
export const yarnSchedule: Schedule<YarnSchedule> = {
  type: 'yarn',
  validate(options) {
    const known = ['type', 'base', 'factor', 'originalMaxPositionEmbeddings']
    checkKeys(options, 'schedule', [...known, ...NUMBERS, ...NOT_NEGATIVE, ...FLAGS])
    const base = checkBase(options.base)
    if (base === 1) reject('INVALID_OPTION', 'schedule.base', base, 'a number above 1')
    return {
      type: 'yarn',
      base,
      factor: checkFactor(options.factor),
      originalMaxPositionEmbeddings: checkAtLeast(
        options.originalMaxPositionEmbeddings,
        'schedule.originalMaxPositionEmbeddings',
        1,
      ),
      ...pick(options, NUMBERS, checkPositive),
      ...pick(options, NOT_NEGATIVE, (value, field) => checkAtLeast(value, field, 0)),
      ...pick(options, FLAGS, checkFlag),
    }
  },
  frequencies: yarnFrequencies,
}
