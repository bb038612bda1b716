/**
 * A site: one kind of call, by its plan and by whose memory it works on. It finds out who makes these
 * calls best, and from then on hands them over after one comparison. A backend that fails is put out of use, the memory is put back where
 * it may have been written, and the next backend makes the call.
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
  reachesMemory,
  type View,
} from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { type Contender, makeContender } from './contender.js'
import { type Dispatcher, quarantine, type Ranked, rank } from './dispatcher.js'
import {
  brokenOff,
  evidenceOf,
  goneMeanwhile,
  hasWrittenNothing,
  isCallersMistake,
} from './failure.js'
import { Samples } from './samples.js'
import { isInPlace, type Restore, snapshotBytes, takeSnapshot } from './snapshot.js'

/** Calls of more bytes are made without a copy: memory must not double. */
const LARGEST_SNAPSHOT = 64 * 2 ** 20

/**
 * Contenders that are predicted to take at most so many times as long as the best one are tried in
 * real calls, and given up when they take longer than that.
 */
const CLOSE = 3

/** What a site needs of the backend that it belongs to. */
export interface SiteOwner {
  readonly dispatcher: Dispatcher
  /** The choice for the last call. */
  last: Choice | null
  /** The smallest step of the clock in milliseconds. */
  clockStep(): number
  /** Throws DISPOSED once the owner is. */
  checkAlive(): void
}

/** What became of the choice for one kind of call. */
export interface Choice {
  readonly plan: Plan
  /** Whether the tensors are typed arrays or buffers on a GPU. */
  readonly memory: 'cpu' | 'gpu'
  /** The member whose own memory the calls work on; null for any other memory. */
  readonly resident: Member | null
  /** Everybody who could make the call at the last decision, the first choice first. */
  readonly ranking: readonly Ranked[]
  /** The members that were timed. */
  readonly contenders: readonly Contender[]
  /** Who makes the calls now; null before the first one. */
  readonly chosen: Contender | null
}

/**
 * How often the contenders are compared, after how many milliseconds of calls the second time, and how
 * many calls that is at the least and at the most; each further look comes four times as late as the
 * one before. Engines compile what is called often, and some take their time; and what another program
 * disturbed in one look it hardly disturbs in all of them.
 */
const LOOKS = 4
const SECOND_LOOK = 50
const FEWEST_CALLS = 16
const MOST_CALLS = 20_000
const LATER = 4

/** Who was slower by more than this factor is left out of it. */
const OUT_OF_REACH = 12

/** A number that no epoch has. */
const UNDECIDED = -1

/** A kernel that chooses, for calls on one kind of memory that are made in one way. */
export class Site implements Kernel, Choice {
  readonly plan: Plan
  readonly memory = 'cpu'
  readonly resident: Member | null
  ranking: readonly Ranked[] = []
  contenders: readonly Contender[] = []
  chosen: Contender | null = null
  readonly #owner: SiteOwner
  /** The epoch for which `#kernel` may be called without any care. */
  #settled = UNDECIDED
  #kernel: Kernel = this
  /** Counts decisions, so that what is bound to a winner knows when there may be another one. */
  #round = 0
  /** Calls that are left until the next look; infinite when there is none to come. */
  #left = Number.POSITIVE_INFINITY
  #looks = 1
  #decided = UNDECIDED
  #turn = -1

  constructor(owner: SiteOwner, plan: Plan, resident: Member | null) {
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
      void this.#kernel.run(call)
    } catch (error) {
      this.#recover(error, this.chosen as Contender, call, null)
    }
  }

  /** The shortest way for a loop on fixed memory. */
  bind(call: KernelCall): () => void {
    const owner = this.#owner
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
        bound = callOf(this.#kernel)
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
        bound = callOf(this.#kernel)
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
    if (!isSettled || kernel.runAsync === undefined) {
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
    const { epoch, clock } = this.#owner.dispatcher
    if (this.#decided !== epoch.value) this.decide()
    else if (this.#left < 0) this.#lookAgain()
    const contender = this.#next()
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
   * Ranks who can make the call, and picks those that are worth timing.
   *
   * @throws RopeError BACKEND_FAILED when nobody is left
   */
  decide(): void {
    const { dispatcher } = this.#owner
    const known = new Map(this.contenders.map((contender) => [contender.member, contender]))
    this.ranking = rank(dispatcher, this.plan, this.resident)
    const step = this.#owner.clockStep()
    this.contenders = this.#close().flatMap((ranked) => {
      const made = known.get(ranked.member) ?? makeContender(dispatcher, this.plan, ranked, step)
      return made ?? []
    })
    // Somebody who could not even compile has been put out of use: the ranking is another one.
    if (this.contenders.length === 0 && this.ranking.length > 0) {
      this.decide()
      return
    }
    if (this.contenders.length === 0) throw nobodyLeft(dispatcher)
    this.chosen = this.contenders[0] as Contender
    this.#turn = -1
    this.#decided = dispatcher.epoch.value
    this.#unsettle()
  }

  #unsettle(): void {
    this.#settled = UNDECIDED
    this.#left = Number.POSITIVE_INFINITY
    this.#round += 1
  }

  /** Compares those who were near once more; the fastest call of all looks counts. */
  #lookAgain(): void {
    const step = this.#owner.clockStep()
    const best = Math.min(...this.contenders.map(({ samples }) => samples.fastest))
    const near = this.contenders.filter(({ samples }) => samples.fastest <= OUT_OF_REACH * best)
    this.contenders = near.map((contender) => {
      return { ...contender, samples: new Samples(step, contender.samples.fastest) }
    })
    this.#looks += 1
    this.#unsettle()
  }

  /** The best of the ranking, with those that may well be better where choices are measured. */
  #close(): readonly Ranked[] {
    const { costs, selection } = this.#owner.dispatcher
    const [first] = this.ranking
    if (first === undefined) return []
    const { predicted } = first
    if (selection.kind === 'ordered' || !costs.isMeasuring) return [first]
    // Where costs are rough or unknown, real calls tell.
    if (predicted === null || !costs.isReliable(this.plan.dtype)) return this.ranking
    return this.ranking.filter(
      (one) => one.predicted !== null && one.predicted <= CLOSE * predicted,
    )
  }

  /** Contenders take turns until each has enough samples. */
  #next(): Contender {
    const { contenders } = this
    for (const _ of contenders) {
      this.#turn = (this.#turn + 1) % contenders.length
      const contender = contenders[this.#turn] as Contender
      if (!this.#isTimed(contender)) return contender
    }
    return this.chosen as Contender
  }

  /** True when there are samples enough, or those that there are say what was predicted: far behind. */
  #isTimed({ samples, predicted }: Contender): boolean {
    if (samples.isDone) return true
    if (this.contenders.length === 1) return samples.isEnoughAlone
    const best = this.contenders.reduce((a, b) => (b.samples.fastest < a.samples.fastest ? b : a))
    const isExpected = predicted === null || best.predicted === null || predicted > best.predicted
    return isExpected && samples.isTelling && samples.fastest > CLOSE * best.samples.fastest
  }

  /** Rebinds to the winner once there is one that needs no copies. */
  #settle(): void {
    const { contenders } = this
    if (!contenders.every((contender) => this.#isTimed(contender))) return
    const best = contenders.reduce((a, b) => (costOf(b) < costOf(a) ? b : a))
    this.chosen = best
    if (!best.member.validatesFirst || !best.isProven) return
    this.#kernel = best.kernel
    this.#settled = this.#decided
    if (this.#looks === LOOKS || contenders.length < 2) return
    const calls = Math.min(MOST_CALLS, Math.max(FEWEST_CALLS, SECOND_LOOK / best.samples.fastest))
    this.#left = Math.round(calls * LATER ** (this.#looks - 1))
  }

  #snapshot({ member, isProven }: Contender, views: readonly View[]): Restore | null {
    if (member.validatesFirst && (isProven || snapshotBytes(this.plan) > LARGEST_SNAPSHOT))
      return null
    return takeSnapshot(this.plan, views)
  }

  #recover(error: unknown, { member }: Contender, call: KernelCall, restore: Restore | null): void {
    restore?.()
    this.#owner.checkAlive()
    if (isCallersMistake(error)) throw error
    if (!reachesMemory(call.views, this.plan)) throw goneMeanwhile(error)
    quarantine(this.#owner.dispatcher, member, evidenceOf(error))
    const mayHaveWritten = restore === null && !hasWrittenNothing(error)
    // What was written to other memory than the input is simply written again.
    if (mayHaveWritten && call.views.some(isInPlace)) throw brokenOff(member.name, error)
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

/** Microseconds of a contender's calls; without a measured time, its place in the ranking counts. */
function costOf({ samples }: Contender): number {
  return samples.microseconds ?? Number.POSITIVE_INFINITY
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
