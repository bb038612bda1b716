/**
 * Options of the backend, checked.
 */
import { checkRecord, reject } from '@rope/core/backend'

/** How a WebAssembly backend is made. */
export interface WasmOptions {
  /**
   * Worker threads beside the calling one, or 'auto' for one per further core. With threads the
   * backend's memory is shared: `allocate` gives views of SharedArrayBuffers. Where that is not to
   * be had (see `facts`), the backend quietly runs in one thread. Default 0.
   */
  readonly threads?: number | 'auto'
}

/** More would only wait for memory. */
const MOST_THREADS = 15

/**
 * The number of worker threads that the options ask for.
 *
 * @param concurrency threads that can run at once, the calling one included
 * @throws RopeError INVALID_OPTION naming the option
 */
export function checkThreads(options: WasmOptions, concurrency: number): number {
  const { threads = 0 } = checkRecord(options, 'options', '{ threads }')
  if (threads === 'auto') return Math.min(Math.max(concurrency - 1, 0), MOST_THREADS)
  const isCount = typeof threads === 'number' && Number.isInteger(threads)
  if (isCount && threads >= 0 && threads <= MOST_THREADS) return threads
  const accepted = `'auto' or a whole number from 0 to ${MOST_THREADS}`
  return reject('INVALID_OPTION', 'threads', threads, accepted)
}
