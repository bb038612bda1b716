/**
 * The memory of a group: contenders that use the same kind of memory for the same sizes share it,
 * so that they are compared on the same pages, and so that a long prompt fits at all.
 */

import { type DType, RopeError } from '@rope/core'
import type { Backend, Elements } from '@rope/core/backend'

/** What an array is for; two arrays of one purpose are the same array. */
export type Purpose = 'q' | 'k' | 'q out' | 'k out'

/** Hands out the arrays of one group. */
export interface GroupMemory {
  /**
   * The array for a purpose.
   *
   * @param owner the backend whose own memory it is to be; null for an ordinary typed array
   * @throws RopeError UNAVAILABLE when the owner has no memory of its own
   */
  array(owner: Backend | null, dtype: DType, length: number, purpose: Purpose): Elements
}

/** Memory that lives as long as nobody drops it. */
export function createGroupMemory(): GroupMemory {
  const ofOwner = new Map<Backend | null, Map<string, Elements>>()
  return {
    array(owner, dtype, length, purpose) {
      const arrays = ofOwner.get(owner) ?? new Map<string, Elements>()
      ofOwner.set(owner, arrays)
      const key = `${dtype} ${length} ${purpose}`
      const known = arrays.get(key)
      if (known !== undefined) return known
      const made = owner === null ? ordinaryArray(dtype, length) : ownArray(owner, dtype, length)
      arrays.set(key, made)
      return made
    },
  }
}

function ordinaryArray(dtype: DType, length: number): Elements {
  if (dtype === 'float64') return new Float64Array(length)
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

function ownArray(owner: Backend, dtype: DType, length: number): Elements {
  if (owner.allocate !== undefined) return owner.allocate(dtype, length)
  throw new RopeError('UNAVAILABLE', `backend '${owner.name}' has no memory of its own`, {
    field: 'memory',
  })
}
