/**
 * The worker of the benchmark.
 */

/** Starts it. */
export function startBenchWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
