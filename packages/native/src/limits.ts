/**
 * What the machine can do at best with this backend's vectors, memory and threads: for benchmarks.
 * A rotation in place reads and writes every byte once, and so does a scale; one out of place
 * moves what a copy moves.
 */
import { RopeError } from '@rope/core'
import type { Addon } from './addon.js'

/** Two limits. Both repeat their work inside one call, so that they measure memory, not calls. */
export interface NativeLimits {
  /** Every element of every array *= factor, `repeat` times. */
  scale(arrays: readonly Float32Array[], factor: number, repeat: number): void
  /** Copies each source to the target of the same index, as long as the target, `repeat` times. */
  copy(targets: readonly Float32Array[], sources: readonly Float32Array[], repeat: number): void
}

/** The limits of a backend that uses this instruction set and so many threads. */
export function createLimits(addon: Addon, isa: number, threads: number): NativeLimits {
  function run(
    factor: number,
    repeat: number,
    targets: readonly Float32Array[],
    sources: readonly Float32Array[],
  ): void {
    const arrays = targets.flatMap((target, i) => [target, sources[i]])
    const fits = sources.length === 0 || sources.length === targets.length
    if (fits && addon.runLimit(threads, isa, factor, repeat, ...arrays)) return
    const message =
      'a limit takes up to 4 Float32Arrays, and a copy as many sources, none shorter than its target'
    throw new RopeError('INVALID_TENSOR', message)
  }
  return {
    scale: (arrays, factor, repeat) => run(factor, repeat, arrays, []),
    copy: (targets, sources, repeat) => run(1, repeat, targets, sources),
  }
}
