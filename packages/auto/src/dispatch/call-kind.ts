/**
 * One kind of call, by its plan and by whose memory it works on. It finds out who makes these calls
 * best, and from then on hands them over after one comparison. A backend that fails is put out of
 * use, the memory is put back where it may have been written, and the next backend makes the call.
 *
 * Nothing is copied in the long run: kernels refuse bad calls before they write. What a kernel does
 * on its first call, and whatever a backend does that does not promise this, happens on memory of
 * which there is a copy.
 */

import { RopeError } from '@rope/core'
import {
  bindKernel,
  checkMemory,
  type DecodeFactors,
  type Kernel,
  type KernelCall,
  multiplyRow,
  type Plan,
  type View,
} from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { type Contender, makeContender } from './contender.js'
import { type Dispatcher, membersToTry } from './dispatcher.js'
import { Race } from './race.js'
import { recover } from './recover.js'
import { type Restore, snapshotBytes, takeSnapshot } from './snapshot.js'

/** Calls of more bytes are made without a copy: memory must not double. */
const LARGEST_SNAPSHOT = 64 * 2 ** 20

/** What a kind of call needs of the backend that it belongs to. */
export interface CallOwner {
  readonly dispatcher: Dispatcher
  /** The last call. */
  last: MadeCall | null
  /** Throws DISPOSED once the owner is. */
  checkAlive(): void
}

/** A call that was made, and by whom. */
export interface MadeCall {
  readonly plan: Plan
  /** Whether the tensors are typed arrays or buffers on a GPU. */
  readonly memory: 'cpu' | 'gpu'
  /** The member whose own memory the calls work on; null for any other memory. */
  readonly resident: Member | null
  /** The members that were tried, in their order. */
  readonly tried: readonly Contender[]
  /** Who makes the calls now; null before the first one. */
  readonly chosen: Contender | null
}

/** A number that no epoch has. */
const UNDECIDED = -1

/** A kernel that chooses, for calls on one kind of memory that are made in one way. */
export class CallKind implements MadeCall {
  readonly plan: Plan
  readonly memory = 'cpu'
  readonly resident: Member | null
  tried: readonly Contender[] = []
  chosen: Contender | null = null
  readonly #owner: CallOwner
  #race = new Race([])
  /** The epoch for which `#kernel` may be called without any care. */
  #settled = UNDECIDED
  #kernel: Kernel | null = null
  /** Counts decisions, so that what is bound to a winner knows when there may be another one. */
  #round = 0
  /** Calls that are left until the next comparison; infinite when there is none to come. */
  #left = Number.POSITIVE_INFINITY
  #decided = UNDECIDED

  constructor(owner: CallOwner, plan: Plan, resident: Member | null) {
    this.#owner = owner
    this.plan = plan
    this.resident = resident
  }

  run(call: KernelCall): void {
    this.#owner.last = this
    if (this.#settled !== this.#owner.dispatcher.epoch.value || this.#left-- === 0) {
      this.#runCarefully(call)
      return
    }
    try {
      void (this.#kernel as Kernel).run(call)
    } catch (error) {
      this.#recover(error, this.chosen as Contender, call, null)
    }
  }

  /** The shortest way for a loop on fixed memory. */
  bind(call: KernelCall): () => void {
    const owner = this.#owner
    owner.checkAlive()
    const { epoch } = owner.dispatcher
    const callOf = remembering((kernel) => bindKernel(kernel, this.plan, call))
    let bound: () => void = () => undefined
    let boundIn = UNDECIDED
    return () => {
      owner.last = this
      if (this.#settled !== epoch.value || this.#left-- === 0) {
        this.#runCarefully(call, (kernel) => callOf(kernel)())
        return
      }
      if (boundIn !== this.#round) {
        bound = callOf(this.#kernel as Kernel)
        boundIn = this.#round
      }
      try {
        bound()
      } catch (error) {
        this.#recover(error, this.chosen as Contender, call, null)
      }
    }
  }

  /** As `bind`, for a token that moves: the winner makes the row itself, if it can. */
  bindDecode(call: KernelCall, factors: DecodeFactors): (rest: number) => void {
    const owner = this.#owner
    owner.checkAlive()
    const { epoch } = owner.dispatcher
    const callOf = remembering((kernel) => bindDecodeKernel(kernel, this.plan, call, factors))
    let bound: (rest: number) => void = () => undefined
    let boundIn = UNDECIDED
    return (rest) => {
      owner.last = this
      if (this.#settled !== epoch.value || this.#left-- === 0) {
        multiplyRow(factors, rest, call.rotation)
        this.#runCarefully(call, (kernel) => callOf(kernel)(rest))
        return
      }
      if (boundIn !== this.#round) {
        bound = callOf(this.#kernel as Kernel)
        boundIn = this.#round
      }
      try {
        bound(rest)
      } catch (error) {
        multiplyRow(factors, rest, call.rotation)
        this.#recover(error, this.chosen as Contender, call, null)
      }
    }
  }

  /** Off the event loop where the winner can; the calls that find it are synchronous. */
  async runAsync(call: KernelCall): Promise<void> {
    const isSettled = this.#settled === this.#owner.dispatcher.epoch.value
    const kernel = this.#kernel
    if (!isSettled || kernel?.runAsync === undefined) {
      this.run(call)
      return
    }
    this.#owner.last = this
    const { chosen } = this
    try {
      await kernel.runAsync(call)
    } catch (error) {
      this.#recover(error, chosen as Contender, call, null)
    }
  }

  /** Decides if need be, then makes the call with a copy of the memory, a clock, or both. */
  #runCarefully(
    call: KernelCall,
    make: (kernel: Kernel) => void = (kernel) => void kernel.run(call),
  ): void {
    this.#owner.checkAlive()
    checkMemory(call.views, this.plan)
    const { epoch, clock, clockStep } = this.#owner.dispatcher
    if (this.#decided !== epoch.value) this.#decide()
    else if (this.#left < 0) {
      this.#race.again(clockStep)
      this.#unsettle()
    }
    const contender = this.#race.next()
    const restore = this.#snapshot(contender, call.views)
    const start = clock()
    try {
      make(contender.kernel)
    } catch (error) {
      this.#recover(error, contender, call, restore)
      return
    }
    contender.samples.add(clock() - start)
    contender.isProven = true
    this.chosen = contender
    this.#settle()
  }

  /**
   * Picks who is to be tried.
   *
   * @throws RopeError BACKEND_FAILED when nobody is left
   */
  #decide(): void {
    const { dispatcher } = this.#owner
    const known = new Map(this.tried.map((contender) => [contender.member, contender]))
    const members = membersToTry(dispatcher, this.plan, this.resident)
    const contenders = members.flatMap(
      (member) => known.get(member) ?? makeContender(dispatcher, this.plan, member) ?? [],
    )
    // A member that could not even compile has been put out of use: who is to be tried has changed.
    if (contenders.length < members.length) {
      this.#decide()
      return
    }
    if (contenders.length === 0) throw nobodyLeft(dispatcher)
    this.tried = contenders
    this.#race = new Race(contenders)
    this.#decided = dispatcher.epoch.value
    this.#unsettle()
  }

  #unsettle(): void {
    this.#settled = UNDECIDED
    this.#left = Number.POSITIVE_INFINITY
    this.#round += 1
  }

  /** Rebinds to the winner once there is one that needs no copies. */
  #settle(): void {
    const winner = this.#race.end()
    if (winner === null) return
    this.chosen = winner
    if (!winner.member.validatesFirst || !winner.isProven) return
    this.#kernel = winner.kernel
    this.#settled = this.#decided
    this.#left = this.#race.pause
  }

  #snapshot({ member, isProven }: Contender, views: readonly View[]): Restore | null {
    if (member.validatesFirst && (isProven || snapshotBytes(this.plan) > LARGEST_SNAPSHOT))
      return null
    return takeSnapshot(this.plan, views)
  }

  #recover(error: unknown, { member }: Contender, call: KernelCall, restore: Restore | null): void {
    restore?.()
    this.#owner.checkAlive()
    const { views } = call
    const isRestored = restore !== null
    recover(this.#owner.dispatcher, error, { plan: this.plan, views, member, isRestored })
    this.run(call)
  }
}

/** What is made for a kernel once, however often it is asked for. */
function remembering<Made>(make: (kernel: Kernel) => Made): (kernel: Kernel) => Made {
  const known = new Map<Kernel, Made>()
  return (kernel) => {
    const made = known.get(kernel) ?? make(kernel)
    known.set(kernel, made)
    return made
  }
}

/** The shortest call of a kernel on fixed memory, for a token that moves. */
function bindDecodeKernel(
  kernel: Kernel,
  plan: Plan,
  call: KernelCall,
  factors: DecodeFactors,
): (rest: number) => void {
  const decode = kernel.bindDecode?.(call, factors)
  if (decode !== undefined) return decode
  const run = bindKernel(kernel, plan, call)
  return (rest) => {
    multiplyRow(factors, rest, call.rotation)
    run()
  }
}

/** The error for a call that nobody is left to make. */
export function nobodyLeft({ members }: Dispatcher): RopeError {
  const reasons = members.flatMap(({ name, state }) =>
    state.kind === 'quarantined' ? [`${name}: ${state.reason}`] : [],
  )
  return new RopeError(
    'BACKEND_FAILED',
    `every backend that could make this call has failed, and the tensors are as they were: ${reasons.join('; ')}`,
    { field: 'backend' },
  )
}
