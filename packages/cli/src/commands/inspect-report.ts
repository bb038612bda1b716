/**
 * What a profile comes to, as data: its pairs, what the schedule does to each of them, and the
 * three amplitudes with the rule that gave them. The text and the JSON of `rope inspect` show it.
 */
import {
  computeFrequencies,
  type Frequencies,
  type RopeConfig,
  regimeFor,
  resolveConfig,
  type ScheduleOptions,
} from '@rope/core'
import { resolvePairing } from '@rope/core/backend'
import type { Profile } from '../profiles.js'

/**
 * What a schedule does to a pair, next to the default schedule of the same base: it keeps its
 * frequency, divides it by the whole factor, or by something else; a still pair does not turn.
 * `stated` where there is no base to compare with.
 */
export type PairState = 'kept' | 'blended' | 'interpolated' | 'still' | 'stated'

/** One pair of a head. */
export interface PairReport {
  readonly pair: number
  readonly channels: readonly [number, number]
  /** Radians per token. */
  readonly frequency: number
  /** Tokens per turn; null for a pair that does not turn. */
  readonly wavelength: number | null
  /** Turns within the context; null when the context is not known. */
  readonly turns: number | null
  readonly state: PairState
  /** Which position drives the pair; null with one position per token, or a mixture. */
  readonly axis: number | null
}

/** One profile; without a config there are no pairs, and both factors are 1. */
export interface ProfileReport {
  readonly name: string
  readonly layers: readonly number[] | null
  readonly config: RopeConfig | null
  readonly type: string | null
  readonly pairing: string | null
  /** Tokens the model was made for; null when the file does not say. */
  readonly context: number | null
  /** The sequence length that was asked for; null when none was. */
  readonly length: number | null
  /** Which table that length uses: a tag for cache keys; null without a length. */
  readonly regime: string | number | null
  /** Pairs by state, as ranges from first to last. */
  readonly ranges: Readonly<Partial<Record<PairState, readonly (readonly [number, number])[]>>>
  readonly inverseFrequencies: readonly number[]
  readonly attentionFactor: number
  readonly attentionRule: string
  readonly softmaxScale: number
  readonly softmaxRule: string
  /** Channels whose 1/sqrt the softmax scale multiplies; null where nothing rotates. */
  readonly attentionDim: number | null
  readonly pairs: readonly PairReport[]
  /** What the file leaves to the model's code, and what was taken. */
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

const NO_ROPE = {
  ...{ config: null, type: null, pairing: null, regime: null, ranges: {}, inverseFrequencies: [] },
  ...{ attentionFactor: 1, attentionRule: 'no rotation', softmaxScale: 1 },
  ...{ softmaxRule: 'no rotation', pairs: [] },
} as const

/** The report of a profile for a sequence of `length` tokens; null for a short one. */
export function reportProfile(
  { name, config, layers, attentionDim, assumptions, warnings }: Profile,
  context: number | null,
  length: number | null,
): ProfileReport {
  const shared = { name, layers, context, length, attentionDim, assumptions, warnings }
  if (config === null) return { ...shared, ...NO_ROPE }
  const frequencies = computeFrequencies(config, length ?? undefined)
  const states = statesOf(config, frequencies)
  const { schedule } = config
  return {
    ...shared,
    config,
    type: schedule.type,
    pairing: config.pairing,
    regime: length === null ? null : regimeFor(config, length),
    ranges: rangesOf(states),
    inverseFrequencies: Array.from(frequencies.inverseFrequencies),
    attentionFactor: frequencies.attentionFactor,
    attentionRule: attentionRule(schedule, length),
    softmaxScale: frequencies.softmaxScale,
    softmaxRule: softmaxRule(schedule),
    pairs: states.map((state, pair) => pairOf(config, frequencies, pair, state, context)),
  }
}

function pairOf(
  { pairing, rotaryDim, windowOffset, axes }: RopeConfig,
  { inverseFrequencies }: Frequencies,
  pair: number,
  state: PairState,
  context: number | null,
): PairReport {
  const frequency = inverseFrequencies[pair] ?? 0
  const { step, partner } = resolvePairing(pairing, rotaryDim / 2)
  const first = windowOffset + pair * step
  return {
    pair,
    channels: [first, first + partner],
    frequency,
    wavelength: frequency === 0 ? null : (2 * Math.PI) / Math.abs(frequency),
    turns: context === null ? null : (context * Math.abs(frequency)) / (2 * Math.PI),
    state,
    axis: axes?.kind === 'one-hot' ? (axes.axisOfPair[pair] ?? null) : null,
  }
}

/** Two frequencies that differ by less are the same number, rounded at different times. */
const SAME = 1e-9

function statesOf(config: RopeConfig, { inverseFrequencies }: Frequencies): readonly PairState[] {
  const plain = plainFrequencies(config)
  const factor = factorOf(config.schedule)
  return Array.from(inverseFrequencies, (frequency, pair) => {
    if (frequency === 0) return 'still'
    if (plain === null) return 'stated'
    const ratio = frequency / (plain[pair] ?? frequency)
    if (Math.abs(ratio - 1) <= SAME) return 'kept'
    return factor !== null && Math.abs(ratio * factor - 1) <= SAME ? 'interpolated' : 'blended'
  })
}

/** The default frequencies of the same base; null for schedules without one. */
function plainFrequencies({ schedule, ...rest }: RopeConfig): Float64Array | null {
  if (!('base' in schedule)) return null
  const exponentDim = 'exponentDim' in schedule ? schedule.exponentDim : undefined
  const plain: ScheduleOptions = {
    type: 'default',
    base: schedule.base,
    ...(exponentDim === undefined ? {} : { exponentDim }),
  }
  return computeFrequencies(resolveConfig({ ...rest, schedule: plain })).inverseFrequencies
}

/** By how much a schedule divides the frequencies that it interpolates wholly. */
function factorOf(schedule: ScheduleOptions): number | null {
  const isUneven = schedule.type === 'longrope' || schedule.type === 'dynamic'
  return 'factor' in schedule && schedule.factor !== undefined && !isUneven ? schedule.factor : null
}

function rangesOf(states: readonly PairState[]): ProfileReport['ranges'] {
  const ranges: Partial<Record<PairState, (readonly [number, number])[]>> = {}
  let first = 0
  states.forEach((state, pair) => {
    if (states[pair + 1] === state) return
    const own = ranges[state] ?? []
    own.push([first, pair])
    ranges[state] = own
    first = pair + 1
  })
  return ranges
}

/** Which rule gave the attention factor. */
function attentionRule(schedule: ScheduleOptions, length: number | null): string {
  switch (schedule.type) {
    case 'yarn':
      return yarnRule(schedule, schedule.attentionFactor !== undefined)
    case 'dynamic-yarn':
      return yarnRule(schedule, false)
    case 'longrope':
      return longRopeRule(schedule, length)
    case 'custom':
      return schedule.attentionFactor === undefined ? 'none stated' : 'stated'
    default:
      return `schedule ${schedule.type} has none`
  }
}

function yarnRule(
  schedule: Extract<ScheduleOptions, { readonly type: 'yarn' | 'dynamic-yarn' }>,
  isStated: boolean,
): string {
  const { mscale, mscaleAllDim, attnFactor, mscaleCoefficient = 0.1 } = schedule
  const times = attnFactor === undefined ? '' : ', times attn_factor'
  if (isStated) return `attention_factor is stated${times}`
  const g = `g(s, m) = ${mscaleCoefficient} m ln s + 1`
  if (mscale && mscaleAllDim) return `g(s, mscale) / g(s, mscale_all_dim), ${g}${times}`
  return `g(s, 1), ${g}${times}`
}

function longRopeRule(
  schedule: Extract<ScheduleOptions, { readonly type: 'longrope' }>,
  length: number | null,
): string {
  const inForce = schedule.frozenLength ?? length ?? 0
  const isLong = inForce > schedule.originalMaxPositionEmbeddings
  const name = isLong ? 'long_mscale' : 'short_mscale'
  if ((isLong ? schedule.longMscale : schedule.shortMscale) !== undefined)
    return `${name} is stated`
  if (schedule.attentionFactor !== undefined) return 'attention_factor is stated'
  return (schedule.factor ?? 1) <= 1 ? 'factor is not above 1' : 'sqrt(1 + ln s / ln L0)'
}

/** Which rule gave the softmax scale. */
function softmaxRule(schedule: ScheduleOptions): string {
  if (schedule.type === 'custom' && schedule.softmaxScale !== undefined) return 'stated'
  const scales = 'scaleSoftmax' in schedule && schedule.scaleSoftmax === true
  return scales ? 'g(s, mscale_all_dim)^2' : 'the model has none'
}
