/**
 * Workers that help with large calls. They start when the first such call comes and join as soon
 * as they are up; a call never waits for one. Between calls they spin for a moment, then sleep.
 */

import type { Exports } from '../memory/segment.js'
import type { ModuleSource, StartedWorker } from './module-source.js'

/** No more threads than there are pieces of this size. */
const BYTES_PER_THREAD = 2 ** 18

/** Chunks are small enough to even out unequal threads, and at most 65535. */
const CHUNKS_PER_THREAD = 4
const MOST_CHUNKS = 65535

const STACK_BYTES = 2 ** 14

/** The workers of one backend, on one shared memory. */
export interface Pool {
  /** Units per chunk for a call of so many units and bytes; 0 when it is better run alone. */
  chunkOf(units: number, bytes: number): number
  /** Stops and ends all workers. */
  close(): void
}

/** What the workers share with the calling thread. */
export interface PoolContext {
  readonly source: ModuleSource
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly exports: Exports
  /** Zero-filled memory for a stack. */
  take(bytes: number): number
}

/** A pool of so many workers, none of which has started yet. */
export function createPool(workers: number, context: PoolContext): Pool {
  const { source, module, memory, exports } = context
  const started: StartedWorker[] = []
  const stacks = Array.from({ length: workers }, () => context.take(STACK_BYTES) + STACK_BYTES)
  const start = (): void => {
    for (const stack of stacks.splice(0))
      started.push(source.startWorker({ module, memory, stack }))
  }
  return {
    chunkOf(units, bytes) {
      const threads = Math.min(workers + 1, Math.floor(bytes / BYTES_PER_THREAD), units)
      if (threads < 2) return 0
      if (stacks.length > 0) start()
      const chunk = Math.ceil(units / (threads * CHUNKS_PER_THREAD))
      return Math.max(chunk, Math.ceil(units / MOST_CHUNKS))
    },
    close() {
      stacks.length = 0
      exports.stop?.()
      for (const worker of started.splice(0)) worker.terminate()
    },
  }
}
