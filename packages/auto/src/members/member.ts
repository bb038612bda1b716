/**
 * A backend as the dispatcher sees it over time: not asked yet, ready, unavailable with the reason,
 * or quarantined with the evidence. Quarantine is for good: who has failed once is not trusted again
 * by the same dispatcher.
 */
import type { Backend, Elements, Probe } from '@rope/core/backend'
import type { SelfTest } from '../self-test/self-test.js'

/** What is known of a backend. */
export type MemberState =
  | { readonly kind: 'not asked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'quarantined'; readonly reason: string }
  | { readonly kind: 'ready'; readonly backend: Backend }

/** Counts changes of state: a kernel that has made its choice compares one number per call. */
export interface Epoch {
  value: number
}

/** Who a member is. */
export interface MemberOptions {
  readonly name: string
  /** Null for a backend that the caller handed over as a value. */
  readonly packageName: string | null
  readonly device: 'cpu' | 'gpu'
  readonly validatesFirst: boolean
  readonly epoch: Epoch
}

/** A backend and its state. */
export class Member {
  readonly name: string
  readonly packageName: string | null
  readonly device: 'cpu' | 'gpu'
  readonly validatesFirst: boolean
  facts: Probe['facts'] = {}
  selfTest: SelfTest | null = null
  /** Those beside which real calls have shown it to have a tenth of the speed. */
  readonly hopelessBeside: Set<Member> = new Set()
  readonly #epoch: Epoch
  #state: MemberState = { kind: 'not asked', reason: 'nobody has asked for it yet' }
  #made: Backend | undefined

  constructor(options: MemberOptions) {
    const { name, packageName, device, validatesFirst, epoch } = options
    this.name = name
    this.packageName = packageName
    this.device = device
    this.validatesFirst = validatesFirst
    this.#epoch = epoch
  }

  /** What is known of it now. */
  get state(): MemberState {
    return this.#state
  }

  /** The backend when it may be used; null otherwise. */
  get backend(): Backend | null {
    return this.#state.kind === 'ready' ? this.#state.backend : null
  }

  /** States why it was not asked. */
  leaveOut(reason: string): void {
    this.#change({ kind: 'not asked', reason })
  }

  /** It may be used from now on. */
  admit(backend: Backend): void {
    this.#made = backend
    this.#change({ kind: 'ready', backend })
  }

  /** It cannot run here. */
  refuse(reason: string): void {
    this.#change({ kind: 'unavailable', reason })
  }

  /** It has failed, and is not used again. */
  quarantine(evidence: string): void {
    this.#change({ kind: 'quarantined', reason: evidence })
  }

  /** Disposes of the backend, unless the caller made it. */
  close(): void {
    if (this.packageName === null) return
    this.refuse('its dispatcher was disposed of')
    this.#made?.dispose()
  }

  /** True when its calls cost differently on arrays that it has allocated. */
  get hasOwnMemory(): boolean {
    return this.#made?.isResident !== undefined && this.#made.allocate !== undefined
  }

  /** True for an array in such memory. */
  owns(elements: Elements): boolean {
    return this.#made?.isResident?.(elements) === true
  }

  #change(state: MemberState): void {
    this.#state = state
    this.#epoch.value += 1
  }
}
