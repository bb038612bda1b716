/**
 * The worker of the front door's benchmark.
 */

/** Starts it. */
export function startAutoWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
