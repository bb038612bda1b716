/**
 * From options to a config: everything checked, nothing left open, frozen and JSON-able.
 * The config is the only thing about a model that the rest of the library ever sees.
 */

import {
  checkAtLeast,
  checkInteger,
  checkKeys,
  checkList,
  checkRecord,
  checkWord,
  deepFreeze,
  reject,
} from '../check.js'
import { checkPairing } from '../contract/check-pairing.js'
import type { PairingName } from '../contract/pairing.js'
import { MOST_CHANNELS } from '../limits.js'
import { checkWeights } from '../schedule/check-frequencies.js'
import {
  isSingleAxis,
  scheduleFrequencies,
  scheduleRegime,
  validateSchedule,
} from '../schedule/registry.js'
import type { Frequencies, Regime, ScheduleOptions } from '../schedule/schedule.js'
import { type AxesOptions, validateAxes } from './axes.js'
import { refuseForeignConfig } from './foreign-config.js'

/** How angles are computed: exactly, or as the float32 product that PyTorch models use. */
export type AngleMode = 'exact' | 'float32'

/** What a user writes. */
export interface RopeOptions {
  /** Channels per head. */
  readonly headDim: number
  /** Which two channels form a pair; there is no default, since guessing wrong is silent. */
  readonly pairing: PairingName
  readonly schedule: ScheduleOptions
  /** Channels that take part, even; all that follow `windowOffset` when absent. */
  readonly rotaryDim?: number
  /** First channel that takes part; 0 when absent. */
  readonly windowOffset?: number
  /** More than one position per token; a single axis when absent or null. */
  readonly axes?: AxesOptions | null
  /** `exact` when absent. */
  readonly angles?: AngleMode
  /** What a reader of model files took from elsewhere, one sentence each; nothing is computed from it. */
  readonly assumptions?: readonly string[]
}

/** A resolved, validated, frozen and JSON-able config: RopeOptions with nothing left open. */
export interface RopeConfig {
  readonly headDim: number
  readonly pairing: PairingName
  readonly schedule: ScheduleOptions
  readonly rotaryDim: number
  readonly windowOffset: number
  /** null for a single axis. */
  readonly axes: AxesOptions | null
  readonly angles: AngleMode
  /** What the model's file does not say and its reader took from elsewhere; absent when nothing. */
  readonly assumptions?: readonly string[]
}

const KEYS: readonly (keyof RopeConfig)[] = [
  'headDim',
  'pairing',
  'schedule',
  'rotaryDim',
  'windowOffset',
  'axes',
  'angles',
  'assumptions',
]

/**
 * Checks options and fills in what they leave open. A config resolves to an equal config.
 *
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 *
 * @example
 * ```ts
 * const config = resolveConfig({
 *   headDim: 128,
 *   pairing: 'half',
 *   schedule: { type: 'default', base: 10000 },
 * })
 * config.rotaryDim // 128
 * ```
 */
export function resolveConfig(options: RopeOptions | RopeConfig): RopeConfig {
  if (RESOLVED.has(options)) return options as RopeConfig
  const config = resolve(options)
  RESOLVED.add(config)
  return config
}

/** Configs made here: frozen and known to be right, so that functions may ask for one again. */
const RESOLVED = /* @__PURE__ */ new WeakSet<object>()

function resolve(options: unknown): RopeConfig {
  const record = checkRecord(options, 'options', 'an object with headDim, pairing and schedule')
  refuseForeignConfig(record)
  checkKeys(record, 'options', KEYS)
  const headDim = checkInteger(record.headDim, 'headDim', 2, MOST_CHANNELS)
  const pairing = checkPairing(record.pairing, 'pairing')
  const windowOffset = checkInteger(record.windowOffset ?? 0, 'windowOffset', 0, headDim - 2)
  const rotaryDim = resolveRotaryDim(record.rotaryDim, headDim, windowOffset)
  const pairs = rotaryDim / 2
  const schedule = validateSchedule(record.schedule, pairs)
  const axes = validateAxes(record.axes, pairs)
  if (axes !== null && isSingleAxis(schedule)) {
    const accepted = `none with schedule '${schedule.type}', whose rows depend on one position`
    reject('INVALID_OPTION', 'axes', axes, accepted)
  }
  return deepFreeze({
    headDim,
    pairing,
    schedule,
    rotaryDim,
    windowOffset,
    axes,
    angles: checkWord<AngleMode>(record.angles ?? 'exact', 'angles', ['exact', 'float32']),
    ...checkAssumptions(record.assumptions),
  })
}

/** More sentences than any reader writes. */
const MOST_ASSUMPTIONS = 256

function checkAssumptions(given: unknown): { readonly assumptions?: readonly string[] } {
  if (given === undefined) return {}
  const accepted = 'a list of sentences'
  const list = checkList(given, 'assumptions', accepted, 'INVALID_OPTION', MOST_ASSUMPTIONS)
  const isText = (item: unknown): item is string => typeof item === 'string'
  if (!list.every(isText)) return reject('INVALID_OPTION', 'assumptions', given, accepted)
  return list.length === 0 ? {} : { assumptions: list }
}

function resolveRotaryDim(given: unknown, headDim: number, windowOffset: number): number {
  const room = headDim - windowOffset
  const rotaryDim = checkInteger(given ?? room, 'rotaryDim', 2, room)
  if (rotaryDim % 2 === 0) return rotaryDim
  return reject(
    'INVALID_OPTION',
    'rotaryDim',
    rotaryDim,
    'an even number, since channels rotate in pairs',
  )
}

/**
 * The frequencies, attention factor and softmax scale of a config.
 *
 * @param given a resolved config, or options that resolve to one
 * @param length tokens in the sequence, for schedules whose table depends on it (dynamic NTK,
 *   dynamic YaRN, LongRoPE); without it, the table of a short sequence
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option; also where options that
 *   are in range by themselves make a frequency or factor that is not finite together
 */
export function computeFrequencies(given: RopeConfig, length?: number): Frequencies {
  const config = resolveConfig(given)
  const inForce = length === undefined ? undefined : checkLength(length)
  const table = scheduleFrequencies(config.schedule, config.rotaryDim / 2, inForce)
  if (config.axes?.kind === 'dense') checkWeights(config.axes.weights, table)
  return table
}

/**
 * Which table a sequence of `length` tokens uses, as a small tag that belongs in the key of every
 * cache of its keys: `fixed` when the length does not matter, `short` or `long` for LongRoPE, and
 * the length that the table is made for with dynamic NTK and dynamic YaRN.
 *
 * @throws RopeError INVALID_OPTION
 *
 * @example
 * ```ts
 * const config = resolveConfig({
 *   headDim: 128,
 *   pairing: 'half',
 *   schedule: { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 2048 },
 * })
 * regimeFor(config, 100) // 2048
 * regimeFor(config, 3000) // 3000
 * ```
 */
export function regimeFor(config: RopeConfig, length: number): Regime {
  return scheduleRegime(resolveConfig(config).schedule, checkLength(length))
}

function checkLength(length: unknown): number {
  return checkAtLeast(length, 'length', 0)
}
