/**
 * Calls of a kind that a user describes, made on memory of ours: what a choice is measured by.
 */
import type { AutoRope, CallDescription } from '@rope/auto'
import { type DType, RopeError, type Tensor } from '@rope/core'

/** Calls that are enough for a choice, and the milliseconds after which there are no more. */
const CALLS = 120
const PATIENCE = 500

/** Elements of a tensor beyond which nobody wants to wait, or has the memory. */
const MOST_ELEMENTS = 2 ** 26

function dataOf(dtype: DType, length: number): Tensor['data'] {
  if (dtype === 'float64') return new Float64Array(length)
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

/**
 * Makes calls until the choice is made or time is over. Calls on a backend's own memory and calls
 * that are too large are not made, nor those that nobody can make: the order alone speaks for them.
 */
export function makeCalls(rope: AutoRope, dim: number, call: CallDescription): void {
  const { tokens, heads, dtype = 'float32', inPlace = true, memory = 'foreign' } = call
  const most = Math.max(heads.q ?? 0, heads.k ?? 0) * tokens * dim
  if (memory !== 'foreign' || !(most > 0 && most <= MOST_ELEMENTS)) return
  const tensor = (count: number | undefined): Tensor | undefined => {
    if (count === undefined) return undefined
    const data = dataOf(dtype, tokens * count * dim)
    return { data, shape: [1, tokens, count, dim], layout: 'bshd', dtype }
  }
  const make = (): { readonly q?: Tensor; readonly k?: Tensor } => {
    const [q, k] = [tensor(heads.q), tensor(heads.k)]
    return { ...(q && { q }), ...(k && { k }) }
  }
  const target = inPlace ? {} : { out: make() }
  const input = { ...make(), ...target }
  const end = performance.now() + PATIENCE
  try {
    for (let i = 0; i < CALLS && performance.now() < end; i++)
      rope.rotate({ ...input, positions: i })
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
  }
}
