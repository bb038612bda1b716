/**
 * A member that takes part in making one kind of call: its kernel and what its calls cost.
 */
import type { Kernel, Plan } from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { messageOf } from '../messages.js'
import { type Dispatcher, quarantine } from './dispatcher.js'
import { Samples } from './samples.js'

/** A member with a kernel. */
export interface Contender {
  readonly member: Member
  readonly kernel: Kernel
  samples: Samples
  /** False until a call of the kernel has ended well: kernels that fail mostly do so at once. */
  isProven: boolean
}

/** Compiles the plan; a member that cannot is put out of use, and null is returned. */
export function makeContender(
  dispatcher: Dispatcher,
  plan: Plan,
  member: Member,
): Contender | null {
  const { backend } = member
  if (backend === null) return null
  try {
    const kernel = backend.compile(plan)
    return { member, kernel, samples: new Samples(dispatcher.clockStep), isProven: false }
  } catch (error) {
    const evidence = `it could not compile a plan that it supports: ${messageOf(error)}`
    quarantine(dispatcher, member, evidence)
    return null
  }
}
