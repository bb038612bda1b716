/**
 * Entries by what a caller says or needs: a name, or a place to run in.
 */
import { RopeError } from '@rope/core'
import type { BackendEntry } from './entry.js'

/**
 * The entry with this name.
 *
 * @param field where the name was given, for the error
 * @throws RopeError INVALID_OPTION when there is none; the message lists the known names
 */
export function findBackend(
  entries: readonly BackendEntry[],
  name: string,
  field = 'backend',
): BackendEntry {
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry !== undefined) return entry
  const known = entries.map((candidate) => candidate.name).join(', ')
  const message = `unknown backend ${JSON.stringify(name)}; known backends: ${known}`
  throw new RopeError('INVALID_OPTION', message, { field })
}

/** Those whose kernels run on the CPU. */
export function cpuBackends(entries: readonly BackendEntry[]): readonly BackendEntry[] {
  return entries.filter(({ device }) => device === 'cpu')
}

/** Those that also run where there is no Node. */
export function portableBackends(entries: readonly BackendEntry[]): readonly BackendEntry[] {
  return entries.filter(({ needs }) => needs === undefined)
}
