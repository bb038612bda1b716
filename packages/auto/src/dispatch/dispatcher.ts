/**
 * A dispatcher: the backends of this place with what is known of them, who may be chosen, and what
 * calls cost. Several ropes may share one.
 */
import type { Backend, Plan } from '@rope/core/backend'
import { ContenderError, type Contender as CostContender } from '../calibration/calibrate.js'
import type { CostBook } from '../calibration/cost-book.js'
import { bytesOfPlan } from '../call.js'
import type { Epoch, Member } from '../members/member.js'
import type { Debug } from '../platform/debug.js'
import type { Clock } from '../platform/timers.js'
import type { Selection } from '../selection.js'

/** Everything that a choice depends on. */
export interface Dispatcher {
  /** Best first, those that cannot be used included. */
  readonly members: readonly Member[]
  readonly selection: Selection
  readonly costs: CostBook
  readonly epoch: Epoch
  readonly clock: Clock
  readonly debug: Debug
}

/** A member that can make a call, and what the call is expected to cost. */
export interface Ranked {
  readonly member: Member
  readonly backend: Backend
  /** Microseconds; null when nothing is known, or nothing was to be measured. */
  readonly predicted: number | null
}

/** A member whose backend is there. */
type Usable = Pick<Ranked, 'member' | 'backend'>

/** The members of a kind that are ready and accept the plan, best first. */
export function usableMembers(
  { members }: Dispatcher,
  plan: Plan,
  device: 'cpu' | 'gpu' | 'any' = 'cpu',
): readonly Usable[] {
  return members.flatMap((member) => {
    const { backend } = member
    if (backend === null || (device !== 'any' && member.device !== device)) return []
    return backend.supports(plan).ok ? [{ member, backend }] : []
  })
}

/** Puts a member out of use, and notes why. */
export function quarantine({ debug }: Dispatcher, member: Member, evidence: string): void {
  member.quarantine(evidence)
  debug(`backend ${member.name} is not used any more: ${evidence}`)
}

/** How costs call a member on its own memory. */
export function residentName({ name }: Pick<Member, 'name'>): string {
  return `${name}, resident`
}

/** Everybody to time: the owner of the memory is timed there as well. */
function contendersOf(
  usable: readonly Usable[],
  resident: Member | null,
): readonly CostContender[] {
  return usable.flatMap(({ member, backend }): readonly CostContender[] => {
    const foreign = { name: member.name, backend }
    if (member !== resident || !member.hasOwnMemory) return [foreign]
    const allocate = backend.allocate?.bind(backend)
    return [foreign, { name: residentName(member), backend, allocate }]
  })
}

/**
 * The CPU members that can make a call, the one to choose first. This is where a calibration happens,
 * if the choice depends on one.
 *
 * @param resident the member whose own memory the call works on; null for any other memory
 */
export function rank(
  dispatcher: Dispatcher,
  plan: Plan,
  resident: Member | null,
): readonly Ranked[] {
  const usable = usableMembers(dispatcher, plan)
  const { selection, costs } = dispatcher
  const bytes = bytesOfPlan(plan)
  const ranked = (): readonly Ranked[] =>
    usable.map(({ member, backend }) => {
      const name = member === resident ? residentName(member) : member.name
      return { member, backend, predicted: costs.predict(name, plan.dtype, bytes) }
    })
  if (selection.kind === 'ordered' || usable.length < 2) return ranked()
  try {
    costs.prepare(plan.dtype, contendersOf(usable, resident))
  } catch (error) {
    if (!(error instanceof ContenderError)) throw error
    const failed = usable.find(({ backend }) => backend === error.backend)
    if (failed !== undefined) quarantine(dispatcher, failed.member, `it threw: ${error.message}`)
    return rank(dispatcher, plan, resident)
  }
  return [...ranked()].sort((a, b) => costOf(a) - costOf(b) || 0)
}

/** Who has no costs comes last, in the order of preference: the sort keeps it. */
function costOf({ predicted }: Ranked): number {
  return predicted ?? Number.MAX_VALUE
}
