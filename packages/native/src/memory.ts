/**
 * The addon's own memory: aligned to cache lines, in huge pages where it is large, and counted, so
 * that threads may work on it whatever JavaScript does meanwhile.
 */
import { bytesPerElement, type DType, type Elements, RopeError, type View } from '@rope/core'
import type { Addon, Handle } from './addon.js'

/** What one backend has handed out. */
export interface Memory {
  /** Zero-filled. Throws INVALID_OPTION for a length that is none, BACKEND_FAILED without memory. */
  allocate(dtype: DType, length: number): Elements
  /**
   * What must be kept so that threads may work on the views while JavaScript runs; null when
   * nothing helps: ordinary memory can be detached, and then it is freed.
   */
  keepersOf(views: readonly View[]): readonly unknown[] | null
}

function viewOf(dtype: DType, buffer: ArrayBuffer, length: number): Elements {
  if (dtype === 'float64') return new Float64Array(buffer, 0, length)
  return dtype === 'float32'
    ? new Float32Array(buffer, 0, length)
    : new Uint16Array(buffer, 0, length)
}

function checkLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 0) return
  throw new RopeError('INVALID_OPTION', `length is ${length}; accepted: an integer from 0`, {
    field: 'length',
  })
}

/** The memory of one backend; blocks live until nobody holds their arrays any more. */
export function createMemory(addon: Addon): Memory {
  const blocks = new WeakMap<ArrayBufferLike, Handle<'block'>>()

  /** Electron's and other sandboxes refuse foreign memory: theirs will do, if not across threads. */
  function acquire(bytes: number): ArrayBuffer {
    const made = bytes === 0 ? undefined : addon.allocate(bytes)
    if (made === undefined) return new ArrayBuffer(bytes)
    blocks.set(made[0], made[1])
    return made[0]
  }

  return {
    allocate(dtype, length) {
      checkLength(length)
      try {
        return viewOf(dtype, acquire(length * bytesPerElement(dtype)), length)
      } catch (error) {
        const message = `there is no memory for ${length} elements of ${dtype}; ask for fewer`
        throw new RopeError('BACKEND_FAILED', message, { field: 'length', cause: error })
      }
    },
    keepersOf(views) {
      const arrays = views.flatMap(({ source, target }) => [source, target])
      const keepers = arrays.map((elements) => blocks.get(elements.buffer) ?? sharedOf(elements))
      return keepers.includes(undefined) ? null : [...arrays, ...keepers]
    },
  }
}

/** The array itself if its memory is shared: that cannot be detached, and never shrinks. */
function sharedOf(elements: Elements): Elements | undefined {
  return elements.buffer instanceof SharedArrayBuffer ? elements : undefined
}
