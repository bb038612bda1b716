/**
 * A dispatcher: the backends of this place with what is known of them, and who may be chosen. Several
 * ropes may share one.
 */
import type { Plan, Support } from '@rope/core/backend'
import type { Asked } from '../asked.js'
import type { Epoch, Member } from '../members/member.js'
import type { Debug } from '../platform/debug.js'
import type { Clock } from '../platform/timers.js'

/** Everything that a choice depends on. */
export interface Dispatcher {
  /** Best first, those that cannot be used included. */
  readonly members: readonly Member[]
  /** What was asked for by name; null where real calls decide. */
  readonly asked: Asked | null
  readonly epoch: Epoch
  readonly clock: Clock
  /** The smallest step of the clock in milliseconds. */
  readonly clockStep: number
  readonly debug: Debug
}

/** What members have said to a plan: each is asked once. */
const ANSWERS = new WeakMap<Plan, Map<Member, Support>>()

/** Whether a member that is ready can make the calls of a plan. */
export function supportOf(member: Member, plan: Plan): Support {
  const { backend } = member
  if (backend === null) return { ok: false, reason: 'it cannot be used here', field: 'backend' }
  let answers = ANSWERS.get(plan)
  if (answers === undefined) {
    answers = new Map()
    ANSWERS.set(plan, answers)
  }
  const known = answers.get(member)
  if (known !== undefined) return known
  const support = backend.supports(plan)
  answers.set(member, support)
  return support
}

/** The members of a kind that are ready and accept the plan, in their order. */
export function usableMembers(
  { members }: Dispatcher,
  plan: Plan,
  device: 'cpu' | 'gpu' | 'any' = 'cpu',
): readonly Member[] {
  return members.filter((member) => {
    if (member.backend === null || (device !== 'any' && member.device !== device)) return false
    return supportOf(member, plan).ok
  })
}

/**
 * The CPU members among which real calls of a plan decide, in their order: the first where an order
 * was asked for, and nobody who is hopeless beside another one of them.
 *
 * @param resident the member whose own memory the call works on; null for any other memory
 */
export function membersToTry(
  dispatcher: Dispatcher,
  plan: Plan,
  resident: Member | null,
): readonly Member[] {
  const usable = usableMembers(dispatcher, plan)
  if (dispatcher.asked !== null) return usable.slice(0, 1)
  return usable.filter((member) => member === resident || !isHopeless(member, usable))
}

/** True when an earlier call has shown another one of them to be ten times as fast. */
export function isHopeless({ hopelessBeside }: Member, others: readonly Member[]): boolean {
  return others.some((other) => hopelessBeside.has(other))
}

/** Puts a member out of use, and notes why. */
export function quarantine({ debug }: Dispatcher, member: Member, evidence: string): void {
  member.quarantine(evidence)
  debug(`backend ${member.name} is not used any more: ${evidence}`)
}
