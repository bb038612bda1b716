/**
 * The worker that looks at this device.
 */

/** Starts it. */
export function startDeviceWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
