/**
 * The memory of a bound call, as the addon wants it in every call: it keeps no address, so that it
 * asks V8 itself where the memory lies and how much there is of it.
 */
import {
  bufferOf,
  type Elements,
  isSharedBuffer,
  type Plan,
  type Rotation,
  type View,
} from '@rope/core/backend'
import type { BoundArray } from './addon.js'

const isResizable = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable')?.get as (
  this: ArrayBufferLike,
) => boolean

/**
 * A buffer is asked fastest. Two kinds of arrays stand for themselves: of shared memory, which
 * Node-API knows no buffers of, and of a buffer that may shrink below the array's end.
 */
function memoryOf(elements: Elements | Rotation['cos']): BoundArray {
  const buffer = bufferOf(elements)
  return isSharedBuffer(buffer) || isResizable.call(buffer) ? elements : buffer
}

/** The memory of every array that a bound call looks at, in the order of the addon. */
export function boundMemory(
  { inPlace }: Plan,
  views: readonly View[],
  rotation: Rotation | undefined,
): readonly BoundArray[] {
  const rows = rotation === undefined ? [] : [rotation.cos, rotation.sin]
  const arrays = views.flatMap(({ source, target }) => (inPlace ? [source] : [source, target]))
  return [...rows, ...arrays].map(memoryOf)
}
