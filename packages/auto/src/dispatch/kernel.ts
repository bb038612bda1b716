/**
 * The kernel of the front door. Calls on a backend's own memory and calls on any other are different
 * kinds of calls: what the one saves, the other spends on copies.
 */
import type { DecodeFactors, KernelCall, Plan, SyncKernel, View } from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { CallKind, type CallOwner, type MadeCall } from './call-kind.js'

/** A kernel that chooses, and can tell what it chose. */
export interface DispatchKernel extends SyncKernel {
  bind(call: KernelCall): () => void
  bindDecode(call: KernelCall, factors: DecodeFactors): (rest: number) => void
  runAsync(call: KernelCall): Promise<void>
  /** What was chosen for memory of a member's own, or for any other. */
  madeOn(resident: Member | null): MadeCall | null
}

/** The kinds of one way to call: on ordinary memory, and on that of each owner. */
interface Kinds {
  readonly foreign: CallKind
  readonly own: readonly CallKind[]
}

/** The kernel of a plan. */
export function createDispatchKernel(owner: CallOwner, plan: Plan): DispatchKernel {
  const owners = owner.dispatcher.members.filter(
    ({ backend, hasOwnMemory }) => backend !== null && hasOwnMemory,
  )
  const makeKinds = (): Kinds => ({
    foreign: new CallKind(owner, plan, null),
    own: owners.map((one) => new CallKind(owner, plan, one)),
  })
  const plain = makeKinds()
  // Bound calls cost less, and not as much less for each backend.
  let bound: Kinds | undefined
  const kindOf = ({ foreign, own }: Kinds, { source }: View): CallKind => {
    for (let i = 0; i < owners.length; i++) {
      if ((owners[i] as Member).owns(source)) return own[i] as CallKind
    }
    return foreign
  }
  const boundKindOf = (view: View): CallKind => {
    bound ??= makeKinds()
    return kindOf(bound, view)
  }
  return {
    run(call) {
      kindOf(plain, call.views[0] as View).run(call)
    },
    bind: (call) => boundKindOf(call.views[0] as View).bind(call),
    bindDecode: (call, factors) => boundKindOf(call.views[0] as View).bindDecode(call, factors),
    runAsync: (call) => kindOf(plain, call.views[0] as View).runAsync(call),
    madeOn: (resident) =>
      resident === null ? plain.foreign : (plain.own[owners.indexOf(resident)] ?? null),
  }
}
