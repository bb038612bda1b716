/**
 * Which backends may be chosen from: all of them by measured cost, or those that the caller or
 * ROPE_BACKEND names, in that order.
 */

import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import type { BackendEntry } from './backends/entry.js'
import { listWords } from './messages.js'
import { readVariable } from './platform/environment.js'

/** One name or backend, or several in order of preference. */
export type BackendChoice = string | Backend | readonly (string | Backend)[]

/** Who may be chosen. */
export type Selection =
  | { readonly kind: 'measured' }
  | {
      readonly kind: 'ordered'
      readonly members: readonly (BackendEntry | Backend)[]
      /** How messages call the choice: `backend` or `ROPE_BACKEND`. */
      readonly source: string
    }

/** True for a backend handed over as a value. */
export function isBackend(value: unknown): value is Backend {
  return typeof value === 'object' && value !== null && 'compile' in value && 'supports' in value
}

/**
 * The selection of an option; ROPE_BACKEND (names separated by commas) stands in for an absent one.
 *
 * @throws RopeError INVALID_OPTION for a name that is not known
 */
export function selectBackends(
  choice: BackendChoice | undefined,
  entries: readonly BackendEntry[],
): Selection {
  if (choice !== undefined) return orderedSelection(choice, entries, 'backend')
  const variable = readVariable('ROPE_BACKEND')
  if (variable === undefined) return { kind: 'measured' }
  const names = variable.split(',').map((name) => name.trim())
  return orderedSelection(names, entries, 'ROPE_BACKEND')
}

function orderedSelection(
  choice: BackendChoice,
  entries: readonly BackendEntry[],
  source: string,
): Selection {
  const list: readonly unknown[] = Array.isArray(choice) ? choice : [choice]
  if (list.length === 0) {
    throw new RopeError('INVALID_OPTION', `${source} is an empty list; name at least one backend`, {
      field: source,
    })
  }
  const members = list.map((one) => (isBackend(one) ? one : findEntry(one, entries, source)))
  return { kind: 'ordered', members: [...new Set(members)], source }
}

function findEntry(name: unknown, entries: readonly BackendEntry[], source: string): BackendEntry {
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry !== undefined) return entry
  const known = listWords(
    entries.map((candidate) => `'${candidate.name}'`),
    'or',
  )
  const given = typeof name === 'string' ? JSON.stringify(name) : `a ${typeof name}`
  throw new RopeError(
    'INVALID_OPTION',
    `${source} asks for ${given}; accepted: ${known}, a backend, or a list of these`,
    { field: source },
  )
}
