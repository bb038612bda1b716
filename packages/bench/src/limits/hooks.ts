/**
 * The limits of the machine, measured in the same run as everything else: what it costs to touch
 * the same memory without doing anything worth mentioning. A rotation in place reads and writes
 * every byte once, and so does a scale in place; a rotation out of place moves what a copy moves.
 */
import type { Backend } from '@rope/core/backend'

/**
 * What a backend may carry as its property `limits`: the limits of the machine by its own compiler,
 * memory and threads. Both do their work `repeat` times before they return, so that the limit is
 * that of the memory and not of a call from JavaScript.
 */
export interface LimitHooks {
  /** x *= factor for every element of every array, in place, with the vectors and threads of the rotation. */
  scale(arrays: readonly Float32Array[], factor: number, repeat: number): void
  /** Copies each source to the target of the same index and length: memcpy, with the same threads. */
  copy(targets: readonly Float32Array[], sources: readonly Float32Array[], repeat: number): void
}

/** The limits that a backend carries; null when it has none. They are no part of its contract. */
export function limitsOf(backend: Backend): LimitHooks | null {
  return (backend as { readonly limits?: LimitHooks }).limits ?? null
}
