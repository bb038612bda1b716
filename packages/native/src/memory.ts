/**
 * The addon's own memory: aligned to cache lines, in huge pages where it is large, and counted, so
 * that threads may work on it whatever JavaScript does meanwhile.
 */

import { type DType, RopeError } from '@rope/core'
import { allocationBytes, type Elements } from '@rope/core/backend'
import type { Addon } from './addon.js'

function viewOf(dtype: DType, buffer: ArrayBuffer, length: number): Elements {
  if (dtype === 'float64') return new Float64Array(buffer, 0, length)
  return dtype === 'float32'
    ? new Float32Array(buffer, 0, length)
    : new Uint16Array(buffer, 0, length)
}

/** Electron's and other sandboxes refuse foreign memory: theirs will do, if not across threads. */
function acquire(addon: Addon, bytes: number): ArrayBuffer {
  const own = bytes === 0 || !Number.isSafeInteger(bytes) ? undefined : addon.allocate(bytes)
  return own ?? new ArrayBuffer(bytes)
}

/**
 * Zero-filled memory; it lives until nobody holds its array any more.
 *
 * @throws RopeError INVALID_OPTION naming the argument; BACKEND_FAILED without memory
 */
export function allocate(addon: Addon, dtype: DType, length: number): Elements {
  const bytes = allocationBytes(dtype, length)
  try {
    return viewOf(dtype, acquire(addon, bytes), length)
  } catch (error) {
    const message = `there is no memory for ${length} elements of ${dtype}; ask for fewer`
    throw new RopeError('BACKEND_FAILED', message, { field: 'length', cause: error })
  }
}
