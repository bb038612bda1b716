/**
 * A call of the rotate fuzzer as plain data: what to rotate, where in which memory, and how. Every
 * backend is given the same call over memory of its own.
 */
import type { DType, Layout } from '@rope/core'

/** Local and shared memory, and what the backend's own `allocate` gives. */
export const MEMORY_KINDS = ['local', 'shared', 'own'] as const

/** Where the memory of a tensor comes from. */
export type MemoryKind = (typeof MEMORY_KINDS)[number]

/** A tensor by its measures. Anything in it may be wrong. */
export interface TensorCase {
  readonly memory: MemoryKind
  /** First byte of the array within its memory. */
  readonly byteOffset: number
  /** Elements of the array. */
  readonly length: number
  /** What carries the elements: the array that the dtype asks for, or one that it does not. */
  readonly carrier: DType | 'plain list' | 'detached' | 'Int8Array'
  readonly dtype: DType
  readonly layout: Layout | undefined
  readonly shape: readonly number[]
  readonly strides: readonly number[] | undefined
  readonly offset: number | undefined
}

/** The ways to make a call. */
export const METHODS = ['rotate', 'rotateAsync', 'at', 'bind', 'shift'] as const

/** A call by its parts. */
export interface CallCase {
  /** Which of the ropes. */
  readonly rope: number
  readonly method: (typeof METHODS)[number]
  readonly q: TensorCase | undefined
  readonly k: TensorCase | undefined
  readonly out: Readonly<Record<'q' | 'k', TensorCase | undefined>> | undefined
  readonly positions: unknown
  readonly length: unknown
  readonly inverse: unknown
}
