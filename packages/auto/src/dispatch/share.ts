/**
 * Ropes that were made with the same plain options share a dispatcher: backends hold memory, devices
 * and threads, and what was found out once is true for all. The last rope to be disposed of closes it.
 */
import type { BackendOptions } from '../options.js'
import { readVariable } from '../platform/environment.js'
import type { Clock } from '../platform/timers.js'
import { type OpenDispatcher, openDispatcher } from './open.js'

/** A dispatcher that somebody uses until released. */
export interface Lease {
  readonly dispatcher: OpenDispatcher
  /** Gives it back; again does nothing. */
  release(): void
}

interface Shared {
  readonly dispatcher: Promise<OpenDispatcher>
  users: number
}

/** Filled by `lease` only. */
const OPEN = new Map<string, Shared>()

/** A text that equal options share; null for options that hold values nobody else can have. */
function shareKey(options: BackendOptions): string | null {
  const plain = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return typeof value !== 'function'
    return Array.isArray(value) && value.every(plain)
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  if (!given.every(([, value]) => plain(value))) return null
  // ROPE_BACKEND may change in between, in tests mostly.
  return JSON.stringify([given.sort(), readVariable('ROPE_BACKEND') ?? null])
}

/** A dispatcher for these options; one with a clock of its own is shared with nobody. */
export async function lease(options: BackendOptions, clock?: Clock): Promise<Lease> {
  const key = clock === undefined ? shareKey(options) : null
  if (key === null) {
    const dispatcher = await openDispatcher(options, clock)
    return { dispatcher, release: once(() => dispatcher.close()) }
  }
  const shared = OPEN.get(key) ?? { dispatcher: openDispatcher(options), users: 0 }
  OPEN.set(key, shared)
  shared.users += 1
  const leave = (): boolean => {
    shared.users -= 1
    if (shared.users > 0) return false
    if (OPEN.get(key) === shared) OPEN.delete(key)
    return true
  }
  try {
    const dispatcher = await shared.dispatcher
    return {
      dispatcher,
      release: once(() => {
        if (leave()) dispatcher.close()
      }),
    }
  } catch (error) {
    leave()
    throw error
  }
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    run()
  }
}
