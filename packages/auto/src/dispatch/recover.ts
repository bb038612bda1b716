/**
 * After a call that threw: whose fault it was, and whether the next backend may make it.
 */
import { type Plan, reachesMemory, type View } from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { type Dispatcher, quarantine } from './dispatcher.js'
import {
  brokenOff,
  evidenceOf,
  goneMeanwhile,
  hasWrittenNothing,
  isCallersMistake,
} from './failure.js'
import { isInPlace } from './snapshot.js'

/** The call that threw, and who made it. */
export interface FailedCall {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly member: Member
  /** True when the memory has been put back as it was before the call. */
  readonly isRestored: boolean
}

/**
 * Puts the member that failed out of use; returns when the call may be made once more.
 *
 * @throws the caller's own mistake; INVALID_TENSOR for memory that has gone; BACKEND_FAILED when the
 *   tensors may be partly rotated
 */
export function recover(
  dispatcher: Dispatcher,
  error: unknown,
  { plan, views, member, isRestored }: FailedCall,
): void {
  if (isCallersMistake(error)) throw error
  if (!reachesMemory(views, plan)) throw goneMeanwhile(error)
  quarantine(dispatcher, member, evidenceOf(error))
  // What was written to other memory than the input is simply written again.
  const mayHaveWritten = !isRestored && !hasWrittenNothing(error)
  if (mayHaveWritten && views.some(isInPlace)) throw brokenOff(member.name, error)
}
