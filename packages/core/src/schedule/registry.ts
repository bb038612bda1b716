/**
 * Every schedule the library knows, one line each. THE place to add a schedule.
 */
import { checkRecord, rejectBecause, show } from '../check.js'
import { axialSchedule } from './axial.js'
import { checkFrequencies } from './check-frequencies.js'
import { customSchedule } from './custom.js'
import { defaultSchedule } from './default.js'
import { dynamicSchedule } from './dynamic.js'
import { dynamicYarnSchedule } from './dynamic-yarn.js'
import { fopeSchedule } from './fope.js'
import { linearSchedule } from './linear.js'
import { llama3Schedule } from './llama3.js'
import { longRopeSchedule } from './longrope.js'
import { ntkAlphaSchedule, ntkSchedule } from './ntk.js'
import { ntkByPartsSchedule } from './ntk-by-parts.js'
import { ntkFixedSchedule, ntkMixedSchedule } from './ntk-variants.js'
import { pixelSchedule } from './pixel.js'
import { proportionalSchedule } from './proportional.js'
import type { Frequencies, Regime, Schedule, ScheduleOptions } from './schedule.js'
import { xposSchedule } from './xpos.js'
import { yarnSchedule } from './yarn.js'

type Registry = {
  readonly [Type in ScheduleOptions['type']]: Schedule<Extract<ScheduleOptions, { type: Type }>>
}

const REGISTRY: Registry = {
  default: defaultSchedule,
  linear: linearSchedule,
  ntk: ntkSchedule,
  'ntk-alpha': ntkAlphaSchedule,
  'ntk-fixed': ntkFixedSchedule,
  'ntk-mixed': ntkMixedSchedule,
  'ntk-by-parts': ntkByPartsSchedule,
  dynamic: dynamicSchedule,
  yarn: yarnSchedule,
  'dynamic-yarn': dynamicYarnSchedule,
  longrope: longRopeSchedule,
  llama3: llama3Schedule,
  proportional: proportionalSchedule,
  xpos: xposSchedule,
  fope: fopeSchedule,
  pixel: pixelSchedule,
  axial: axialSchedule,
  custom: customSchedule,
}

/** The names of all schedules. Pure, so that a program which does not ask for them is free of the registry. */
export const SCHEDULES: readonly ScheduleOptions['type'][] = /* @__PURE__ */ Object.keys(
  REGISTRY,
) as ScheduleOptions['type'][]

const EXAMPLE = "an object such as { type: 'default', base: 10000 }"

// Options and schedule always carry the same type, which the compiler cannot see through an index.
function find(type: unknown): Schedule {
  if (typeof type === 'string' && Object.hasOwn(REGISTRY, type)) {
    return REGISTRY[type as ScheduleOptions['type']] as unknown as Schedule
  }
  return rejectBecause(
    'UNKNOWN_SCHEDULE',
    'schedule.type',
    `is ${show(type)}; accepted: ${SCHEDULES.join(', ')}. Any other schedule can be given as { type: 'custom', inverseFrequencies }`,
  )
}

/**
 * Checks schedule options and returns a plain copy.
 *
 * @throws RopeError UNKNOWN_SCHEDULE for an unknown type, INVALID_OPTION for wrong options
 */
export function validateSchedule(options: unknown, pairs: number): ScheduleOptions {
  const record = checkRecord(options, 'schedule', EXAMPLE)
  return find(record.type).validate(record, pairs)
}

/**
 * The frequencies of a validated schedule for a window of `pairs` pairs and a sequence of `length`
 * tokens; without a length, those of a short sequence.
 *
 * @throws RopeError INVALID_OPTION where the options make a number that is not finite
 */
export function scheduleFrequencies(
  options: ScheduleOptions,
  pairs: number,
  length?: number,
): Frequencies {
  return checkFrequencies(find(options.type).frequencies(options, pairs, length), options, length)
}

/** Which table a sequence of `length` tokens uses; `fixed` where the length does not matter. */
export function scheduleRegime(options: ScheduleOptions, length: number): Regime {
  return find(options.type).regime?.(options, length) ?? 'fixed'
}

/** True when a schedule takes one position for each token, and no axes. */
export function isSingleAxis(options: ScheduleOptions): boolean {
  return find(options.type).isSingleAxis === true
}

/**
 * True when the table depends on how long a sequence is.
 *
 * @throws RopeError UNKNOWN_SCHEDULE, INVALID_OPTION
 */
export function dependsOnLength(options: ScheduleOptions): boolean {
  const { type, frozenLength } = checkRecord(options, 'schedule', EXAMPLE)
  return find(type).regime !== undefined && frozenLength === undefined
}
