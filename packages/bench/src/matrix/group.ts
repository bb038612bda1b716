/**
 * Groups: who is timed next to whom, as data. Only things of one group are ever compared, since
 * only they ran in the same minute.
 */
import type { Comparison } from '../harness/measure.js'
import type { RotationCase, Variant } from './rotation-case.js'

/** One of the things a group times. */
export type ContenderSpec = BackendSpec | LimitSpec | PeerSpec

/** A backend of the project. */
export interface BackendSpec {
  readonly kind: 'backend'
  readonly name: string
  readonly case: RotationCase
  readonly variant: Variant
}

/**
 * A limit of the machine over the bytes of a case: an in-place scale (`x *= c`) or a copy.
 * `portable` measures it in WebAssembly, on one thread; a backend's name asks that backend's own
 * hooks, which use its compiler, its memory and its threads.
 */
export interface LimitSpec {
  readonly kind: 'limit'
  readonly limit: 'scale' | 'copy'
  readonly name: string
  readonly case: RotationCase
  readonly variant: Pick<Variant, 'memory' | 'threads'>
}

/** Somebody else's implementation, or the plain loop. */
export interface PeerSpec {
  readonly kind: 'peer'
  readonly name: string
  readonly case: RotationCase
  readonly threads: Variant['threads']
}

/** Contenders by the name that the group gives them, and which of them are compared. */
export interface Group {
  readonly id: string
  readonly title: string
  readonly contenders: Readonly<Record<string, ContenderSpec>>
  readonly comparisons: readonly GroupComparison[]
}

/** A comparison, and why it is made: against a limit, against a baseline, or for a goal. */
export interface GroupComparison extends Comparison {
  readonly purpose: 'limit' | 'baseline' | 'goal'
}
