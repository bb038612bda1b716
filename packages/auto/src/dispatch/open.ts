/**
 * Opens a dispatcher: looks at every backend that may be chosen, all at once and in a bounded time,
 * and puts them into their order. Nothing is measured yet.
 */

import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { type Asked, askedBackends, isBackend } from '../asked.js'
import type { BackendEntry } from '../backends/entry.js'
import { BACKENDS } from '../backends/registry.js'
import { detect, detectValue } from '../members/admit.js'
import { type Epoch, Member } from '../members/member.js'
import type { BackendOptions } from '../options.js'
import { debugSink } from '../platform/debug.js'
import { type Clock, clockStep, systemClock } from '../platform/timers.js'
import type { Dispatcher } from './dispatcher.js'

/** Milliseconds until a backend that does not answer counts as unavailable. */
const PROBE_LIMIT = 2000

/** A dispatcher that can be closed. */
export interface OpenDispatcher extends Dispatcher {
  /** Disposes of every backend that was made here. */
  close(): void
}

function entryMember(entry: BackendEntry, epoch: Epoch): Member {
  const { name, packageName, device, validatesFirst = false } = entry
  return new Member({ name, packageName, device, validatesFirst, epoch })
}

/** The caller vouches for a backend that it hands over. */
function valueMember({ name, device }: Backend, epoch: Epoch): Member {
  return new Member({
    name,
    packageName: null,
    device,
    validatesFirst: true,
    epoch,
  })
}

/** Why nobody needs to look at an entry; null when somebody does. */
function leftOut(entry: BackendEntry, asked: Asked | null, options: BackendOptions): string | null {
  if (asked !== null) {
    return asked.backends.includes(entry) ? null : `${asked.source} does not ask for it`
  }
  if (entry.device === 'cpu' || options.device !== undefined || options.probe === 'all') return null
  return 'data in typed arrays stays on the CPU; give { device } to work on GPU buffers'
}

/** Everybody: first those that were asked for, in their order, then the others. */
function everybody(
  entries: readonly BackendEntry[],
  asked: Asked | null,
): readonly (BackendEntry | Backend)[] {
  const first = asked?.backends ?? []
  return [...first, ...entries.filter((entry) => !first.includes(entry))]
}

/** Looks at a backend, unless nobody needs to. */
async function lookAt(
  origin: BackendEntry | Backend,
  asked: Asked | null,
  options: BackendOptions,
  epoch: Epoch,
): Promise<Member> {
  const { probeLimit: limit = PROBE_LIMIT, allowSoftwareGpu = false, device } = options
  if (isBackend(origin)) {
    const member = valueMember(origin, epoch)
    await detectValue(member, origin, limit)
    return member
  }
  const member = entryMember(origin, epoch)
  const reason = leftOut(origin, asked, options)
  if (reason === null) await detect(member, origin, { limit, allowSoftwareGpu, device })
  else member.leaveOut(reason)
  return member
}

/** Members that compute one number at a time come after the last one that has vectors. */
function vectorsFirst(members: readonly Member[]): readonly Member[] {
  const isa = ({ backend }: Member): string | null => backend?.capabilities.isa ?? null
  const last = members.map((one) => isa(one) !== null && isa(one) !== SCALAR).lastIndexOf(true)
  const before = members.slice(0, last + 1)
  return [
    ...before.filter((one) => isa(one) !== SCALAR),
    ...before.filter((one) => isa(one) === SCALAR),
    ...members.slice(last + 1),
  ]
}

/** The instruction set of a processor without vectors, or of kernels that use none. */
const SCALAR = 'scalar'

/**
 * Opens a dispatcher.
 *
 * @throws RopeError INVALID_OPTION for a backend that is not known
 * @throws RopeError UNAVAILABLE when a backend that was asked for cannot run here, with the reason
 */
export async function openDispatcher(
  options: BackendOptions,
  clock: Clock = systemClock(),
): Promise<OpenDispatcher> {
  const { backends: entries = BACKENDS } = options
  const asked = askedBackends(options.backend, entries)
  const epoch: Epoch = { value: 0 }
  const debug = debugSink(options.debug)
  const origins = everybody(entries, asked)
  const found = await Promise.all(origins.map((one) => lookAt(one, asked, options, epoch)))
  const members = asked === null ? vectorsFirst(found) : found
  for (const { name, state } of members) {
    if (state.kind !== 'ready') debug(`backend ${name}: ${state.kind}: ${state.reason}`)
  }
  const close = (): void => {
    for (const member of members) member.close()
  }
  try {
    checkAvailable(members, asked)
  } catch (error) {
    close()
    throw error
  }
  return { members, asked, epoch, clock, clockStep: clockStep(clock), debug, close }
}

/** An explicit choice that is not there is an error; so is a place where nothing runs at all. */
function checkAvailable(members: readonly Member[], asked: Asked | null): void {
  if (members.some(({ backend }) => backend !== null)) return
  const looked = members.filter(({ state }) => state.kind !== 'not asked')
  const reasons = looked.map(({ name, state }) => {
    return `${name} is ${state.kind}: ${state.kind === 'ready' ? '' : state.reason}`
  })
  const who = asked !== null ? `what ${asked.source} asks for` : 'every backend'
  throw new RopeError(
    'UNAVAILABLE',
    `${who} cannot run here; ${reasons.join('; ')}; choose another backend, or none to get the fastest`,
    { field: 'backend' },
  )
}
