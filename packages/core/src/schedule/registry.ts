/**
 * Every schedule the library knows, one line each. THE place to add a schedule.
 */
import { checkRecord, show } from '../check.js'
import { RopeError } from '../errors.js'
import { customSchedule } from './custom.js'
import { defaultSchedule } from './default.js'
import { linearSchedule } from './linear.js'
import { llama3Schedule } from './llama3.js'
import { ntkAlphaSchedule, ntkSchedule } from './ntk.js'
import { proportionalSchedule } from './proportional.js'
import type { Frequencies, Schedule, ScheduleOptions } from './schedule.js'
import { yarnSchedule } from './yarn.js'

type Registry = {
  readonly [Type in ScheduleOptions['type']]: Schedule<Extract<ScheduleOptions, { type: Type }>>
}

const REGISTRY: Registry = {
  default: defaultSchedule,
  linear: linearSchedule,
  ntk: ntkSchedule,
  'ntk-alpha': ntkAlphaSchedule,
  yarn: yarnSchedule,
  llama3: llama3Schedule,
  proportional: proportionalSchedule,
  custom: customSchedule,
}

/** The names of all schedules. */
export const SCHEDULES: readonly ScheduleOptions['type'][] = Object.keys(
  REGISTRY,
) as ScheduleOptions['type'][]

// Options and schedule always carry the same type, which the compiler cannot see through an index.
function find(type: unknown): Schedule {
  if (typeof type === 'string' && Object.hasOwn(REGISTRY, type)) {
    return REGISTRY[type as ScheduleOptions['type']] as unknown as Schedule
  }
  throw new RopeError(
    'UNKNOWN_SCHEDULE',
    `schedule.type is ${show(type)}; accepted: ${SCHEDULES.join(', ')}. Any other schedule can be given as { type: 'custom', inverseFrequencies }`,
    { field: 'schedule.type' },
  )
}

/**
 * Checks schedule options and returns a plain copy.
 *
 * @throws RopeError UNKNOWN_SCHEDULE for an unknown type, INVALID_OPTION for wrong options
 */
export function validateSchedule(options: unknown, pairs: number): ScheduleOptions {
  const record = checkRecord(
    options,
    'schedule',
    `an object such as { type: 'default', base: 10000 }`,
  )
  return find(record.type).validate(record, pairs)
}

/** The frequencies of a validated schedule for a window of `pairs` pairs. */
export function scheduleFrequencies(options: ScheduleOptions, pairs: number): Frequencies {
  return find(options.type).frequencies(options, pairs)
}
