/**
 * The dispatcher as a backend: core's own rope runs over it and needs to know nothing about choices.
 */

import { DTYPES, RopeError } from '@rope/core'
import {
  type Backend,
  BoundedMap,
  type Capabilities,
  type Plan,
  planKey,
  type Support,
} from '@rope/core/backend'
import type { Member } from '../members/member.js'
import type { CallOwner, MadeCall } from './call-kind.js'
import { type Dispatcher, supportOf, usableMembers } from './dispatcher.js'
import { createDispatchKernel, type DispatchKernel } from './kernel.js'

/** A backend that chooses, and remembers its choices. */
export interface DispatchBackend extends Backend {
  readonly name: 'auto'
  readonly device: 'cpu'
  compile(plan: Plan): DispatchKernel
  /** What was chosen for a plan that was compiled, on a member's own memory or any other. */
  madeOf(plan: Plan, resident: Member | null): MadeCall | null
  /** The last call; null before the first. */
  lastCall: MadeCall | null
}

/** More kinds of calls than core's rope keeps kernels for. */
const KEPT_KERNELS = 64

/** What all CPU members can do together. */
function capabilitiesOf(dispatcher: Dispatcher): Capabilities {
  const backends = dispatcher.members.flatMap(({ backend, device }) =>
    backend !== null && device === 'cpu' ? [backend.capabilities] : [],
  )
  return {
    dtypes: DTYPES.filter((dtype) => backends.some(({ dtypes }) => dtypes.includes(dtype))),
    threads: Math.max(0, ...backends.map(({ threads }) => threads)),
    isa: null,
    maxElements: Math.max(0, ...backends.map(({ maxElements }) => maxElements)),
    sharedMemory: backends.some(({ sharedMemory }) => sharedMemory),
  }
}

/** Why nobody can make a call: the reason of the member that is asked first. */
function refusalOf({ members }: Dispatcher, plan: Plan): Support {
  const refusals = members.flatMap((member) => {
    if (member.backend === null || member.device !== 'cpu') return []
    const support = supportOf(member, plan)
    return support.ok ? [] : [{ ...support, reason: `${member.name}: ${support.reason}` }]
  })
  const [first] = refusals
  if (first !== undefined) return first
  return { ok: false, reason: 'no backend that runs on the CPU is left', field: 'backend' }
}

/** A backend over a dispatcher. Disposing of it leaves the dispatcher alone. */
export function createDispatchBackend(dispatcher: Dispatcher): DispatchBackend {
  const kernels = new BoundedMap<string, DispatchKernel>(KEPT_KERNELS)
  let disposed = false
  const owner: CallOwner = {
    dispatcher,
    last: null,
    checkAlive() {
      if (!disposed) return
      throw new RopeError('DISPOSED', 'this backend has been disposed of; create a new one')
    },
  }
  const supports = (plan: Plan): Support =>
    usableMembers(dispatcher, plan).length > 0 ? { ok: true } : refusalOf(dispatcher, plan)
  return {
    specVersion: 1,
    name: 'auto',
    device: 'cpu',
    capabilities: capabilitiesOf(dispatcher),
    supports,
    compile(plan) {
      owner.checkAlive()
      const support = supports(plan)
      if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
      const kernel = createDispatchKernel(owner, plan)
      kernels.set(planKey(plan), kernel)
      return kernel
    },
    madeOf: (plan, resident) => kernels.get(planKey(plan))?.madeOn(resident) ?? null,
    get lastCall() {
      return owner.last
    },
    set lastCall(call) {
      owner.last = call
    },
    ...allocator(dispatcher, owner),
    dispose() {
      disposed = true
      kernels.clear()
      // Kernels that have made their choice look at nothing else.
      dispatcher.epoch.value += 1
    },
  }
}

/** The memory of the first member that has any. */
function allocator({ members }: Dispatcher, owner: CallOwner): Pick<Backend, 'allocate'> {
  const source = members.find(
    ({ backend, device }) => device === 'cpu' && backend?.allocate,
  )?.backend
  if (source?.allocate === undefined) return {}
  return {
    allocate(dtype, length) {
      owner.checkAlive()
      return (source.allocate as NonNullable<Backend['allocate']>)(dtype, length)
    },
  }
}
