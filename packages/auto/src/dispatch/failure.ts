/**
 * What an error from a kernel means: the caller's mistake, or a backend that has failed.
 */

import { RopeError, type RopeErrorCode } from '@rope/core'
import { goneMemory } from '@rope/core/backend'
import { messageOf } from '../messages.js'

/** Codes by which a backend says that it cannot go on, whatever the call. */
const BACKEND_CODES: readonly RopeErrorCode[] = [
  'BACKEND_FAILED',
  'UNAVAILABLE',
  'UNSUPPORTED',
  'DISPOSED',
]

/** True when another backend would refuse the call just the same. */
export function isCallersMistake(error: unknown): boolean {
  return RopeError.isInstance(error) && !BACKEND_CODES.includes(error.code)
}

/**
 * True when an error promises that nothing was written: every RopeError does. Anything else (a trap,
 * a TypeError) may have come in the middle of the work.
 */
export function hasWrittenNothing(error: unknown): boolean {
  return RopeError.isInstance(error)
}

/**
 * The error for a call whose memory was detached or shrank while it was under way: nobody can finish
 * that, and no backend is to blame.
 */
export function goneMeanwhile(error: unknown): RopeError {
  return RopeError.isInstance(error) ? error : goneMemory(error)
}

/** The evidence that an error is, in a line. */
export function evidenceOf(error: unknown): string {
  const name = error instanceof Error && !RopeError.isInstance(error) ? `${error.name}: ` : ''
  return `it threw in a call: ${name}${messageOf(error)}`
}

/** The error for a call that a backend broke off in the middle, with nothing to put back. */
export function brokenOff(name: string, error: unknown): RopeError {
  return new RopeError(
    'BACKEND_FAILED',
    `backend ${name} failed in the middle of a call (${messageOf(error)}), so that its tensors may be partly rotated; fill them again and repeat the call, which another backend will make`,
    { field: 'backend', cause: error },
  )
}
