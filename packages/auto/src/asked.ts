/**
 * The backends that the caller or ROPE_BACKEND asks for, in that order.
 */

import { RopeError } from '@rope/core'
import { type Backend, show } from '@rope/core/backend'
import type { BackendEntry } from './backends/entry.js'
import { listWords } from './messages.js'
import { readVariable } from './platform/environment.js'

/** One name or backend, or several in order of preference. */
export type BackendChoice = string | Backend | readonly (string | Backend)[]

/** What the caller asks for, in order of preference. */
export interface Asked {
  readonly backends: readonly (BackendEntry | Backend)[]
  /** How messages call the wish: `backend` or `ROPE_BACKEND`. */
  readonly source: string
}

/** True for a backend handed over as a value. */
export function isBackend(value: unknown): value is Backend {
  try {
    return typeof value === 'object' && value !== null && 'compile' in value && 'supports' in value
  } catch {
    // A proxy whose traps throw is nobody's backend.
    return false
  }
}

/**
 * What an option asks for, null where it asks for nothing; ROPE_BACKEND (names separated by commas) stands in for an absent one.
 *
 * @throws RopeError INVALID_OPTION for a name that is not known
 */
export function askedBackends(
  choice: BackendChoice | undefined,
  entries: readonly BackendEntry[],
): Asked | null {
  if (choice !== undefined) return askedIn(choice, entries, 'backend')
  const variable = readVariable('ROPE_BACKEND')
  if (variable === undefined) return null
  const names = variable.split(',').map((name) => name.trim())
  return askedIn(names, entries, 'ROPE_BACKEND')
}

function askedIn(choice: BackendChoice, entries: readonly BackendEntry[], source: string): Asked {
  const list: readonly unknown[] = Array.isArray(choice) ? choice : [choice]
  if (list.length === 0) {
    throw new RopeError('INVALID_OPTION', `${source} is an empty list; name at least one backend`, {
      field: source,
    })
  }
  const backends = list.map((one) => (isBackend(one) ? one : findEntry(one, entries, source)))
  return { backends: [...new Set(backends)], source }
}

function findEntry(name: unknown, entries: readonly BackendEntry[], source: string): BackendEntry {
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry !== undefined) return entry
  const known = listWords(
    entries.map((candidate) => `'${candidate.name}'`),
    'or',
  )
  const given = `${show(name)}${typeof name === 'function' ? ' (call it)' : ''}`
  throw new RopeError(
    'INVALID_OPTION',
    `${source} asks for ${given}; accepted: ${known}, a backend, or a list of these`,
    { field: source },
  )
}
