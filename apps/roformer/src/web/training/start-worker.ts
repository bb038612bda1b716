/**
 * The worker of a model.
 */

/** Starts one. */
export function startLearnerWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
