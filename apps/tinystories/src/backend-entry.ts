/**
 * A backend by name: its package is loaded only when it is asked for, and one that cannot be loaded
 * is listed as unavailable, with the reason. Which backends there are is each program's own list.
 */

import { RopeError } from '@rope/core'
import type { Backend, Probe } from '@rope/core/backend'

/** What a backend package exports, under names that are the same for all. */
export interface BackendModule {
  probe(): Probe | Promise<Probe>
  create(): Backend | Promise<Backend>
}

/** A backend by name, not loaded yet. */
export interface BackendEntry {
  readonly name: string
  load(): Promise<BackendModule>
}

/** A backend and whether it can run here. */
export interface BackendStatus {
  readonly name: string
  readonly probe: Probe
}

/** Asks each backend whether it can run here. Never throws. */
export function probeBackends(entries: readonly BackendEntry[]): Promise<readonly BackendStatus[]> {
  return Promise.all(
    entries.map(async (entry) => ({ name: entry.name, probe: await probeBackend(entry) })),
  )
}

/**
 * Creates the backend of a name, or the first available one when no name is given.
 *
 * @throws RopeError UNAVAILABLE, listing every backend with its reason, when the name is unknown
 *   or the backend cannot run here
 */
export async function openBackend(
  name: string | undefined,
  entries: readonly BackendEntry[],
): Promise<Backend> {
  const statuses = await probeBackends(entries)
  const wanted = statuses.find((s) => (name === undefined ? s.probe.available : s.name === name))
  const entry = entries.find((candidate) => candidate.name === wanted?.name)
  if (entry === undefined || wanted?.probe.available !== true) throw unavailable(name, statuses)
  return (await entry.load()).create()
}

/** The list of backends in one line: available ones, then the others with their reasons. */
export function describeBackends(statuses: readonly BackendStatus[]): string {
  const available = statuses.filter(({ probe }) => probe.available).map((status) => status.name)
  const others = statuses
    .filter(({ probe }) => !probe.available)
    .map((status) => `${status.name} is not: ${status.probe.reason ?? 'no reason given'}`)
  return [`available here: ${available.join(', ') || 'none'}`, ...others].join('; ')
}

/** Asks one backend whether it can run here. Never throws. */
export async function probeBackend(entry: BackendEntry): Promise<Probe> {
  try {
    return await (await entry.load()).probe()
  } catch (error) {
    return notLoaded(error)
  }
}

/** The answer for a package that cannot be imported. */
export function notLoaded(error: unknown): Probe {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    available: false,
    reason: `its package cannot be loaded (${reason}); install it`,
    facts: {},
  }
}

function unavailable(name: string | undefined, statuses: readonly BackendStatus[]): RopeError {
  const known = statuses.some((status) => status.name === name)
  const problem = known ? 'is not available' : 'is unknown'
  const subject =
    name === undefined ? 'no backend can run' : `backend ${JSON.stringify(name)} ${problem}`
  return new RopeError('UNAVAILABLE', `${subject}; ${describeBackends(statuses)}`, {
    field: 'backend',
  })
}
