/**
 * Entries by what a caller says or needs: a name, or a place to run in.
 */
import { RopeError } from '@rope/core'
import { reject, show } from '@rope/core/backend'
import type { BackendEntry } from './entry.js'
import { readEntries } from './read-entry.js'

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
  if (typeof field !== 'string') return reject('INVALID_OPTION', 'field', field, 'a word')
  const names = readEntries(entries, 'entries').map((candidate) => candidate.name)
  const entry = typeof name === 'string' ? entries[names.indexOf(name)] : undefined
  if (entry !== undefined) return entry
  const message = `unknown backend ${show(name)}; known backends: ${names.join(', ')}`
  throw new RopeError('INVALID_OPTION', message, { field })
}

/** Those whose kernels run on the CPU. */
export function cpuBackends(entries: readonly BackendEntry[]): readonly BackendEntry[] {
  const read = readEntries(entries, 'entries')
  return entries.filter((_, i) => read[i]?.device === 'cpu')
}

/** Those that also run where there is no Node. */
export function portableBackends(entries: readonly BackendEntry[]): readonly BackendEntry[] {
  const read = readEntries(entries, 'entries')
  return entries.filter((_, i) => read[i]?.needs === undefined)
}
