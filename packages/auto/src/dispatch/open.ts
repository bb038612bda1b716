/**
 * Opens a dispatcher: looks at every backend that may be chosen, all at once and in a bounded time,
 * and reads what calls cost here. Nothing is measured yet.
 */

import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import type { BackendEntry } from '../backends/entry.js'
import { BACKENDS } from '../backends/registry.js'
import { openCache } from '../cache/cache.js'
import { calibrationKey } from '../cache/key.js'
import { CostBook } from '../calibration/cost-book.js'
import { detect, detectValue } from '../members/admit.js'
import { type Epoch, Member } from '../members/member.js'
import type { BackendOptions } from '../options.js'
import { debugSink } from '../platform/debug.js'
import { systemClock } from '../platform/timers.js'
import { isBackend, type Selection, selectBackends } from '../selection.js'
import type { Dispatcher } from './dispatcher.js'

/** Milliseconds until a backend that does not answer counts as unavailable. */
const PROBE_LIMIT = 2000

/** A dispatcher that can be closed. */
export interface OpenDispatcher extends Dispatcher {
  /** Disposes of every backend that was made here. */
  close(): void
}

/** A member and what it is made of; null for those that were not asked for. */
interface Candidate {
  readonly member: Member
  readonly origin: BackendEntry | Backend | null
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
function leftOut(
  entry: BackendEntry,
  selection: Selection,
  options: BackendOptions,
): string | null {
  if (selection.kind === 'ordered') {
    return selection.members.includes(entry) ? null : `${selection.source} does not ask for it`
  }
  if (entry.device === 'cpu' || options.device !== undefined || options.probe === 'all') return null
  return 'data in typed arrays stays on the CPU; give { device } to work on GPU buffers'
}

/** Everybody: first those that were asked for, in their order, then the others. */
function listCandidates(
  entries: readonly BackendEntry[],
  selection: Selection,
  options: BackendOptions,
  epoch: Epoch,
): readonly Candidate[] {
  const asked = selection.kind === 'ordered' ? selection.members : []
  const others = entries.filter((entry) => !asked.includes(entry))
  return [...asked, ...others].map((origin): Candidate => {
    if (isBackend(origin)) return { member: valueMember(origin, epoch), origin }
    const member = entryMember(origin, epoch)
    const reason = leftOut(origin, selection, options)
    if (reason === null) return { member, origin }
    member.leaveOut(reason)
    return { member, origin: null }
  })
}

/**
 * Opens a dispatcher.
 *
 * @throws RopeError INVALID_OPTION for a backend that is not known
 * @throws RopeError UNAVAILABLE when a backend that was asked for cannot run here, with the reason
 */
export async function openDispatcher(options: BackendOptions): Promise<OpenDispatcher> {
  const { backends: entries = BACKENDS, probeLimit: limit = PROBE_LIMIT, device } = options
  const { allowSoftwareGpu = false, clock = systemClock(), now = Date.now } = options
  const selection = selectBackends(options.backend, entries)
  const epoch: Epoch = { value: 0 }
  const debug = debugSink(options.debug)
  const candidates = listCandidates(entries, selection, options, epoch)
  await Promise.all(
    candidates.map(({ member, origin }) => {
      if (origin === null) return undefined
      if (isBackend(origin)) return detectValue(member, origin, limit)
      return detect(member, origin, { limit, allowSoftwareGpu, device })
    }),
  )
  const members = candidates.map(({ member }) => member)
  for (const { name, state } of members) {
    if (state.kind !== 'ready') debug(`backend ${name}: ${state.kind}: ${state.reason}`)
  }
  const close = (): void => {
    for (const member of members) member.close()
  }
  try {
    checkAvailable(members, selection)
  } catch (error) {
    close()
    throw error
  }
  const cache = openCache(options.cache, calibrationKey(members), now, debug)
  const costs = new CostBook(options.calibrate, clock, cache)
  if (selection.kind === 'measured') await costs.load()
  return { members, selection, costs, epoch, clock, debug, close }
}

/** An explicit choice that is not there is an error; so is a place where nothing runs at all. */
function checkAvailable(members: readonly Member[], selection: Selection): void {
  if (members.some(({ backend }) => backend !== null)) return
  const asked = members.filter(({ state }) => state.kind !== 'not asked')
  const reasons = asked.map(({ name, state }) => {
    return `${name} is ${state.kind}: ${state.kind === 'ready' ? '' : state.reason}`
  })
  const who = selection.kind === 'ordered' ? `what ${selection.source} asks for` : 'every backend'
  throw new RopeError(
    'UNAVAILABLE',
    `${who} cannot run here; ${reasons.join('; ')}; choose another backend, or none to get the fastest`,
    { field: 'backend' },
  )
}
