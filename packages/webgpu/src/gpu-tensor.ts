/**
 * Tensors in GPU buffers, and their way through core's validation: to core a buffer is memory of a
 * certain length, and everything that holds for typed arrays holds for it.
 */

import type { DType, Layout } from '@rope/core'
import {
  bytesPerElement,
  isRecord,
  type MemoryTensor,
  reject,
  rejectBecause,
  show,
} from '@rope/core/backend'
import type { BufferHandle } from './handles.js'
import { USAGE } from './webgpu-constants.js'

/** What a tensor looks like, wherever it may lie. */
export interface GpuTensorShape {
  /** Sizes along the layout's axes, such as [batch, tokens, heads, headDim] for bshd. */
  readonly shape: readonly number[]
  /** Axis order; may be left out when the call states one for all tensors. */
  readonly layout?: Layout | undefined
  /** Elements between neighbours along each axis of `shape`; dense row-major when absent. */
  readonly strides?: readonly number[] | undefined
  /** The type of the elements: float32, float16 or bfloat16. */
  readonly dtype: DType
  /** The buffer, where it is known already: then exactly the shader it needs is prepared. */
  readonly buffer?: BufferHandle | undefined
  /** Where the tensor begins in its buffer, in bytes; 0 when absent. */
  readonly byteOffset?: number | undefined
}

/** A tensor in a GPUBuffer with usage STORAGE. What is left out is as it was prepared. */
export interface GpuTensor extends Partial<Omit<GpuTensorShape, 'buffer' | 'byteOffset'>> {
  readonly buffer: BufferHandle
  /** Where the tensor begins, in bytes: a multiple of the element's size; 0 when absent. */
  readonly byteOffset?: number | undefined
}

/**
 * Refuses what is no object of the caller's, and a Promise of one.
 *
 * @throws RopeError INVALID_TENSOR
 */
export function checkObject(value: unknown, field: string, accepted: string): void {
  if (!isRecord(value)) reject('INVALID_TENSOR', field, value ?? undefined, accepted)
}

/** The buffer of a tensor, once it is certain that it is one that shaders can use. */
export function storageBuffer(buffer: unknown, field: string): GPUBuffer {
  const given = buffer as GPUBuffer | null | undefined
  if (typeof given !== 'object' || given === null || typeof given.size !== 'number') {
    return reject('INVALID_TENSOR', `${field}.buffer`, buffer, 'a GPUBuffer with usage STORAGE')
  }
  if ((given.usage & USAGE.STORAGE) === 0) {
    rejectBecause(
      'INVALID_TENSOR',
      `${field}.buffer`,
      'lacks the usage GPUBufferUsage.STORAGE; create it with that usage',
    )
  }
  if (given.mapState !== undefined && given.mapState !== 'unmapped') {
    rejectBecause('INVALID_TENSOR', `${field}.buffer`, `is ${given.mapState}; unmap it first`)
  }
  return given
}

/** The first element of a tensor, in elements from the start of its buffer. */
export function elementOffset(byteOffset: unknown, dtype: DType, field: string): number {
  const offset = byteOffset ?? 0
  const bytes = bytesPerElement(dtype)
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) {
    if (offset % bytes === 0) return offset / bytes
  }
  return rejectBecause(
    'INVALID_TENSOR',
    `${field}.byteOffset`,
    `is ${show(offset)}; accepted: a multiple of ${bytes} (the bytes of a ${dtype}), 0 or more`,
  )
}

/** Stands for the buffer of a tensor that has none yet; large enough for anything. */
class Unknown {
  readonly size: number = Number.MAX_SAFE_INTEGER
}

/** Elements that shaders can reach: storage bindings end at a multiple of four bytes. */
export function reachable(size: number, bytes: number): number {
  return Math.floor((size - (size % 4)) / bytes)
}

/** A tensor as core's validation wants it; `buffer` may be missing while a call is being prepared. */
export function memoryTensor(tensor: GpuTensorShape, field: string): MemoryTensor {
  checkObject(tensor, field, '{ buffer, shape, layout, dtype }')
  const { dtype, shape, layout, strides, byteOffset } = tensor
  const bytes = dtype === 'float32' ? 4 : dtype === 'float64' ? 8 : 2
  const buffer = tensor.buffer === undefined ? new Unknown() : storageBuffer(tensor.buffer, field)
  return {
    memory: {
      buffer,
      byteOffset: 0,
      BYTES_PER_ELEMENT: bytes,
      length: reachable(buffer.size, bytes),
    },
    dtype,
    shape,
    ...(layout === undefined ? {} : { layout }),
    ...(strides === undefined ? {} : { strides }),
    offset: elementOffset(byteOffset, bytes === 2 ? 'float16' : dtype, field),
  }
}
