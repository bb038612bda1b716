/**
 * The arrays that kernels work on, and what may be done with them: by the language's own functions,
 * never by a method that a caller's array may have of its own.
 */

import { reject } from '../check.js'
import { bufferOf, byteLengthOf, byteOffsetOf, kindOf } from '../memory.js'
import { adviceOnData, type Elements, type TensorData } from './dtype.js'

/**
 * CPU memory as kernels see it: 16-bit floats as raw bits, whatever array they came in; every other
 * array as it is, whatever realm it is of.
 *
 * @throws RopeError INVALID_TENSOR for what is no Float64Array, Float32Array, Uint16Array or
 *   Float16Array by its internals
 */
export function elementsOf(data: TensorData, field = 'data'): Elements {
  const kind = kindOf(data)
  if (kind === 'Float32Array' || kind === 'Uint16Array' || kind === 'Float64Array')
    return data as Elements
  if (kind !== 'Float16Array') {
    reject(
      'INVALID_TENSOR',
      field,
      data,
      `Float64Array, Float32Array, Uint16Array, Float16Array${adviceOnData(data)}`,
    )
  }
  const bytes = byteLengthOf(data)
  // Memory that is gone has no bits to look at; that it is gone shows in the length.
  return bytes === 0
    ? new Uint16Array(0)
    : new Uint16Array(bufferOf(data), byteOffsetOf(data), bytes / 2)
}

/** Some neighbours of an array, over the same memory: `subarray`, but always a plain array. */
export function partOf(elements: Elements, first: number, count: number): Elements {
  const buffer = bufferOf(elements)
  const start = byteOffsetOf(elements)
  const kind = kindOf(elements)
  if (kind === 'Float32Array') return new Float32Array(buffer, start + 4 * first, count)
  if (kind === 'Float64Array') return new Float64Array(buffer, start + 8 * first, count)
  return new Uint16Array(buffer, start + 2 * first, count)
}

/** Copies all of `source`, an array of the same kind, into `target` from element `at` on. */
export const setElements: (target: Elements, source: Elements, at: number) => void =
  /* @__PURE__ */ Function.prototype.call.bind(Uint8Array.prototype.set)
