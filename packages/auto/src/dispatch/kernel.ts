/**
 * The kernel of the front door. Calls on a backend's own memory and calls on any other are different
 * kinds of calls: what the one saves, the other spends on copies.
 */
import type { DecodeFactors, Kernel, KernelCall, Plan, View } from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { type Choice, Site, type SiteOwner } from './site.js'

/** A kernel that chooses, and can tell what it chose. */
export interface DispatchKernel extends Kernel {
  run(call: KernelCall): void
  bind(call: KernelCall): () => void
  bindDecode(call: KernelCall, factors: DecodeFactors): (rest: number) => void
  runAsync(call: KernelCall): Promise<void>
  /** The choice for memory of a member's own, or for any other. */
  choiceFor(resident: Member | null): Choice | null
}

/** The sites of one way to call: for ordinary memory, and for that of each keeper. */
interface Sites {
  readonly foreign: Site
  readonly own: readonly Site[]
}

/** The kernel of a plan. */
export function createDispatchKernel(owner: SiteOwner, plan: Plan): DispatchKernel {
  const keepers = owner.dispatcher.members.filter(
    ({ backend, hasOwnMemory }) => backend !== null && hasOwnMemory,
  )
  const makeSites = (): Sites => ({
    foreign: new Site(owner, plan, null),
    own: keepers.map((keeper) => new Site(owner, plan, keeper)),
  })
  const plain = makeSites()
  // Bound calls cost less, and not as much less for each backend.
  let bound: Sites | undefined
  const siteOf = ({ foreign, own }: Sites, { source }: View): Site => {
    for (let i = 0; i < keepers.length; i++) {
      if ((keepers[i] as Member).owns(source)) return own[i] as Site
    }
    return foreign
  }
  const boundSiteOf = (view: View): Site => {
    bound ??= makeSites()
    return siteOf(bound, view)
  }
  return {
    run(call) {
      siteOf(plain, call.views[0] as View).run(call)
    },
    bind: (call) => boundSiteOf(call.views[0] as View).bind(call),
    bindDecode: (call, factors) => boundSiteOf(call.views[0] as View).bindDecode(call, factors),
    runAsync: (call) => siteOf(plain, call.views[0] as View).runAsync(call),
    choiceFor: (resident) =>
      resident === null ? plain.foreign : (plain.own[keepers.indexOf(resident)] ?? null),
  }
}
