/**
 * The kernel of the front door. Calls on a backend's own memory and calls on any other are different
 * kinds of calls: what the one saves, the other spends on copies.
 */
import type { Kernel, Plan, Rotation, RowFactors, View } from '@rope/core'
import type { Member } from '../backends/member.js'
import { type Choice, Site, type SiteOwner } from './site.js'

/** A kernel that chooses, and can tell what it chose. */
export interface DispatchKernel extends Kernel {
  run(views: readonly View[], rotation: Rotation): void
  bind(views: readonly View[], rotation: Rotation): () => void
  bindMoving(
    views: readonly View[],
    rotation: Rotation,
    factors: RowFactors,
  ): (rest: number) => void
  runAsync(views: readonly View[], rotation: Rotation): Promise<void>
  /** The choice for memory of a member's own, or for any other. */
  choiceFor(resident: Member | null): Choice | null
}

/** The kernel of a plan. */
export function createDispatchKernel(owner: SiteOwner, plan: Plan): DispatchKernel {
  const foreign = new Site(owner, plan, null)
  const keepers = owner.dispatcher.members.filter(
    ({ backend, hasOwnMemory }) => backend !== null && hasOwnMemory,
  )
  const sites = keepers.map((keeper) => new Site(owner, plan, keeper))
  const siteOf = ({ source }: View): Site => {
    for (let i = 0; i < keepers.length; i++) {
      if ((keepers[i] as Member).owns(source)) return sites[i] as Site
    }
    return foreign
  }
  return {
    run(views, rotation) {
      siteOf(views[0] as View).run(views, rotation)
    },
    bind: (views, rotation) => siteOf(views[0] as View).bind(views, rotation),
    bindMoving: (views, rotation, factors) =>
      siteOf(views[0] as View).bindMoving(views, rotation, factors),
    runAsync: (views, rotation) => siteOf(views[0] as View).runAsync(views, rotation),
    choiceFor: (resident) =>
      resident === null ? foreign : (sites[keepers.indexOf(resident)] ?? null),
  }
}
