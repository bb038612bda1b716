/**
 * The kernel of the front door. Calls on a backend's own memory and calls on any other are different
 * kinds of calls: what the one saves, the other spends on copies.
 */
import type { Kernel, Plan, Rotation, View } from '@rope/core'
import type { Member } from '../backends/member.js'
import { type Choice, Site, type SiteOwner } from './site.js'

/** A kernel that chooses, and can tell what it chose. */
export interface DispatchKernel extends Kernel {
  run(views: readonly View[], rotation: Rotation): void
  /** The choice for memory of a member's own, or for any other. */
  choiceFor(resident: Member | null): Choice | null
}

/** The kernel of a plan. */
export function createDispatchKernel(owner: SiteOwner, plan: Plan): DispatchKernel {
  const keepers = owner.dispatcher.members.filter(({ backend, hasOwnMemory }) => backend !== null && hasOwnMemory)
  const foreign = new Site(owner, plan, null)
  const sites = new Map(keepers.map((member) => [member, new Site(owner, plan, member)]))
  const choiceFor = (resident: Member | null): Choice | null =>
    resident === null ? foreign : (sites.get(resident) ?? null)
  const [keeper] = keepers
  if (keeper === undefined) return { run: (views, rotation) => foreign.run(views, rotation), choiceFor }
  const siteOf = ({ source: { buffer } }: View): Site => {
    for (const [member, site] of sites) if (member.owns(buffer)) return site
    return foreign
  }
  return {
    run(views, rotation) {
      siteOf(views[0] as View).run(views, rotation)
    },
    choiceFor,
  }
}
