/**
 * The worker of the conformance suite.
 */

/** Starts it. */
export function startConformanceWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
