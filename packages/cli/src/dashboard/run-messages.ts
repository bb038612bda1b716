/**
 * A run in Node as the page asks for it, and what comes back, one JSON document per line.
 */
import { BACKENDS, findBackend } from '@rope/auto/backends'
import type { BenchResult } from '@rope/bench'
import { caseOf } from '@rope/bench/matrix'
import { RopeError } from '@rope/core'
import { checkFields, checkKeys } from '@rope/core/backend'

/** What the page asks for. */
export interface NodeRunRequest {
  /** Ids of cases, such as `llama-3-8b/1/float32/half/bshd/in-place`. */
  readonly cases: readonly string[]
  /** Names of backends. */
  readonly backends: readonly string[]
  /** Other implementations too, where they are installed. */
  readonly peers: boolean
}

/** What the child process reports. */
export type NodeRunMessage =
  | {
      readonly type: 'progress'
      readonly done: number
      readonly total: number
      readonly title: string
    }
  | { readonly type: 'result'; readonly result: BenchResult }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string }

const KEYS = ['cases', 'backends', 'peers'] as const

/** More cases than anybody waits for. */
const MOST_CASES = 200

/**
 * Reads a request that came over the wire.
 *
 * @throws RopeError INVALID_OPTION for anything else than a request
 */
export function readRunRequest(value: unknown): NodeRunRequest {
  const { cases, backends, peers } = checkFields(value, 'run', KEYS, '{ cases, backends, peers }')
  checkKeys(value as Readonly<Record<string, unknown>>, 'run', KEYS)
  const names = readTexts(backends, 'backends', BACKENDS.length)
  for (const name of names) findBackend(BACKENDS, name, 'backends')
  const ids = readTexts(cases, 'cases', MOST_CASES)
  for (const id of ids) caseOf(id)
  if (typeof peers !== 'boolean') throw refusal('peers', 'true or false')
  return { cases: ids, backends: names, peers }
}

function readTexts(value: unknown, field: string, most: number): readonly string[] {
  const isList = Array.isArray(value) && value.length >= 1 && value.length <= most
  if (isList && value.every((one) => typeof one === 'string')) return [...value]
  throw refusal(field, `a list of 1 to ${most} texts`)
}

function refusal(field: string, accepted: string): RopeError {
  return new RopeError('INVALID_OPTION', `${field} of a run must be ${accepted}`, { field })
}
