/**
 * The limits of the machine, measured in the same run as everything else: what it costs to touch
 * the same memory without doing anything worth mentioning. A rotation in place reads and writes
 * every byte once, and so does a scale in place; a rotation out of place moves what a copy moves.
 */
import type { Backend } from '@rope/core'

/**
 * What a backend package may export beside its backend, to measure limits with its own compiler,
 * memory and threads. Both do their work `repeat` times before they return, so that the limit
 * is that of the memory and not of a call from JavaScript.
 */
export interface LimitHooks {
  /** x *= factor for every element of every array, in place, with the vectors and threads of the rotation. */
  scale(arrays: readonly Float32Array[], factor: number, repeat: number): void
  /** Copies each source to the target of the same index and length: memcpy, with the same threads. */
  copy(targets: readonly Float32Array[], sources: readonly Float32Array[], repeat: number): void
}

/** From a backend to its limits: the same threads, the same memory. Null when it has none. */
export type LimitsOf = (backend: Backend) => LimitHooks | null
