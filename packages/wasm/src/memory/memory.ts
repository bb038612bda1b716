/**
 * Memory that callers may allocate and that kernels find again by an array's buffer.
 *
 * One thread: a row of segments of fixed size. A large request gets a segment of its own with room
 * for as much again, so that q and k come to lie together. A segment is held by the views on it
 * alone, so that the engine frees it when the last of them is gone.
 * Threads: one shared memory that grows; what was taken is never given back.
 */

import type { DType } from '@rope/core'
import { allocationBytes, bufferOf, byteOffsetOf, type Elements } from '@rope/core/backend'
import { fixedMemory, outOfMemory, Segment, sharedMemory, type Windows } from './segment.js'

/**
 * Rows of cos and sin for 512 tokens of 64 pairs, and tiles of data that stay in a core's own
 * cache together with the arrays that they are copied from. A head of MOST_CHANNELS fits, alone.
 */
const WINDOWS: Windows = { table: 2 ** 18, data: 2 ** 18 }

/** The largest head that the windows hold, in float32. */
export const MOST_CHANNELS: number = 2 ** 16

const HOME_BYTES = 2 ** 21

/** Where an array of ours lies. */
export interface Place {
  readonly segment: Segment
  readonly byteOffset: number
}

/** Gives memory out and knows it again. */
export interface Memory {
  /** The segment whose windows serve data from elsewhere. */
  readonly home: Segment
  /** Where an array lies, if it is in our memory. */
  placeOf(elements: Elements): Place | undefined
  /** Whether it is in our memory; cheaper than its place where it is not. */
  has(elements: Elements): boolean
  /** Throws INVALID_OPTION naming the argument, BACKEND_FAILED without memory. */
  allocate(dtype: DType, length: number): Elements
}

function view(dtype: DType, buffer: ArrayBuffer, offset: number, length: number): Elements {
  if (dtype === 'float32') return new Float32Array(buffer, offset, length)
  if (dtype === 'float64') return new Float64Array(buffer, offset, length)
  return new Uint16Array(buffer, offset, length)
}

/**
 * Remembers places by array: asking a typed array for its buffer and offset takes longer than
 * looking the array up.
 */
function placesIn(
  segmentOf: (buffer: ArrayBufferLike) => Segment | undefined,
): (elements: Elements) => Place | undefined {
  const known = new WeakMap<Elements, Place>()
  return (elements) => {
    const place = known.get(elements)
    if (place !== undefined) return place
    const segment = segmentOf(bufferOf(elements))
    if (segment === undefined) return undefined
    const found = { segment, byteOffset: byteOffsetOf(elements) }
    known.set(elements, found)
    return found
  }
}

/** Memory of ordinary, unshared buffers. */
export function createLocalMemory(module: WebAssembly.Module): Memory {
  const segments = new WeakMap<ArrayBufferLike, Segment>()
  const create = (bytes: number): Segment | undefined => {
    const memory = fixedMemory(bytes)
    if (memory === undefined) return undefined
    const segment = new Segment(module, memory, WINDOWS)
    segments.set(segment.buffer, segment)
    return segment
  }
  const first = create(HOME_BYTES)
  if (first === undefined) throw outOfMemory(HOME_BYTES)
  const home = first
  const overhead = HOME_BYTES - home.left
  let current = home

  return {
    home,
    placeOf: placesIn((buffer) => segments.get(buffer)),
    has: (elements) => segments.has(bufferOf(elements)),
    allocate(dtype, length) {
      const bytes = allocationBytes(dtype, length)
      if (bytes > current.left) {
        const roomy = create(2 * bytes + HOME_BYTES)
        const segment = roomy ?? create(bytes + overhead)
        if (segment === undefined) throw outOfMemory(bytes)
        current = segment
      }
      return view(dtype, current.buffer, current.take(bytes), length)
    },
  }
}

/** Memory of one shared, growing buffer, in which workers can help. */
export function createSharedMemory(module: WebAssembly.Module): Memory {
  const memory = sharedMemory(HOME_BYTES)
  const home = new Segment(module, memory, WINDOWS)
  const buffers = new WeakSet<ArrayBufferLike>([home.buffer])
  const grow = (bytes: number): void => {
    try {
      memory.grow(Math.ceil(bytes / 65536))
    } catch {
      throw outOfMemory(bytes)
    }
    home.refresh()
    buffers.add(home.buffer)
  }
  return {
    home,
    placeOf: placesIn((buffer) => (buffers.has(buffer) ? home : undefined)),
    has: (elements) => buffers.has(bufferOf(elements)),
    allocate(dtype, length) {
      const bytes = allocationBytes(dtype, length)
      if (bytes + 64 > home.left) grow(bytes + 64)
      return view(dtype, home.buffer, home.take(bytes), length)
    },
  }
}
