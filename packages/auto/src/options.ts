/**
 * The options of the front door, and the checks on them.
 */

import type { Layout } from '@rope/core'
import { checkKeys, checkRecord, isRecord, reject, rejectBecause } from '@rope/core/backend'
import type { BackendChoice } from './asked.js'
import type { BackendEntry } from './backends/entry.js'
import { readEntries } from './backends/read-entry.js'
import type { DebugOption } from './platform/debug.js'

/** What may be said about the choice of a backend. Everything may be left out. */
export interface BackendOptions {
  /**
   * Who may be chosen: the name of a backend, a backend of your own, or a list of these in order of
   * preference. One that is not available is an error. ROPE_BACKEND (names separated by commas) is
   * looked at when this is absent, and without either real calls decide.
   */
  readonly backend?: BackendChoice | undefined
  /** Your GPUDevice: calls on its buffers are then made on it. */
  readonly device?: object | undefined
  /** True accepts a GPU that is software on the CPU, for tests. */
  readonly allowSoftwareGpu?: boolean | undefined
  /** Whom to look at: `needed` (when absent) leaves out GPUs that no call could use. */
  readonly probe?: 'needed' | 'all' | undefined
  /** Milliseconds until a backend that does not answer counts as unavailable; 2000 when absent. */
  readonly probeLimit?: number | undefined
  /** Where debug lines go; `true` sends them to the console, as ROPE_DEBUG does. */
  readonly debug?: DebugOption | undefined
  /** The backends that there are, best first, instead of this project's own. */
  readonly backends?: readonly BackendEntry[] | undefined
}

/** How a rope is made. */
export interface AutoOptions extends BackendOptions {
  /** The layout of tensors that do not state their own. */
  readonly layout?: Layout | undefined
}

type Check = (value: unknown) => boolean

const isObject: Check = (value) => isRecord(value)
const isFunction: Check = (value) => typeof value === 'function'
const isBoolean: Check = (value) => typeof value === 'boolean'

/** What each option accepts, in words and as a check; `backend` and `layout` are checked where they are read. */
const ACCEPTED: Readonly<Record<keyof AutoOptions, readonly [words: string, check: Check]>> = {
  backend: ['a name, a backend, or a list of these', () => true],
  layout: ['a layout', () => true],
  device: ['a GPUDevice', isObject],
  allowSoftwareGpu: ['true or false', isBoolean],
  probe: ["'needed' or 'all'", (value) => value === 'needed' || value === 'all'],
  probeLimit: [
    'a number of milliseconds above 0',
    (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
  ],
  debug: ['true, false, or a function of a line', (value) => isBoolean(value) || isFunction(value)],
  backends: ['a list of backend entries', () => true],
}

const KNOWN = Object.keys(ACCEPTED) as readonly (keyof AutoOptions)[]

/**
 * The options, each read once and checked; an option that is not known is a mistake.
 *
 * @throws RopeError INVALID_OPTION naming the option
 */
export function checkOptions<Options extends AutoOptions>(options: Options): Options {
  const given = checkRecord(options, 'options', 'an object')
  if (given.specVersion !== undefined) {
    rejectBecause('INVALID_OPTION', 'options', 'is a backend; write { backend }')
  }
  checkKeys(given, 'options', KNOWN)
  for (const name of KNOWN) {
    const [accepted, check] = ACCEPTED[name]
    const value = given[name]
    if (value !== undefined && !check(value)) reject('INVALID_OPTION', name, value, accepted)
  }
  const { backend, backends } = given
  return {
    ...given,
    ...(backend === undefined ? {} : { backend: readChoice(backend) }),
    ...(backends === undefined ? {} : { backends: readEntries(backends, 'backends') }),
  } as Options
}

/** More backends than anybody has. */
const MOST = 1000

/** What was asked for; a list is read once, and has no list in it. */
function readChoice(backend: unknown): unknown {
  const refuse = (): never =>
    reject('INVALID_OPTION', 'backend', backend, 'a name, a backend, or a list of these')
  try {
    if (!Array.isArray(backend)) return backend
    if (backend.length > MOST || backend.some(Array.isArray)) return refuse()
    return Array.from(backend as readonly unknown[])
  } catch {
    return refuse()
  }
}
