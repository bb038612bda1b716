/**
 * What a shader is specialised for, as data. Whatever is not in here - sizes, strides, offsets,
 * head counts, the direction - is a number that the shader reads, so that few pipelines serve a
 * model: one for its prefill, one for its decode steps, perhaps one more per head size.
 */

import type { Pairing } from '@rope/core'

/** The element types that the GPU rotates. */
export type GpuDType = 'float32' | 'float16' | 'bfloat16'

/**
 * How memory is accessed. `vec4`, `vec2` and `word` move 16, 8 or 4 bytes at a time, and one
 * invocation owns all of them. `element` moves one element: the only way when channels are not
 * neighbours or a 16-bit element shares its 32-bit word with somebody else's.
 */
export type Access = 'vec4' | 'vec2' | 'word' | 'element'

/** A buffer as the shader sees it: what lives in it gives it its name. */
export interface TensorBinding {
  /** Such as `q`, `out_q` or `q_and_k`. */
  readonly name: string
  readonly written: boolean
}

/** One operand: the bindings it reads and writes, as indices. In place they are the same. */
export interface OperandSpec {
  readonly name: 'q' | 'k'
  readonly source: number
  readonly target: number
}

/** Positions that live on the GPU: ids that pick rows of a table. */
export interface PositionsSpec {
  readonly dtype: 'int32' | 'uint32' | 'int64'
  /** What becomes of a token whose id is not in the table. */
  readonly outOfRange: 'skip' | 'clamp'
}

/** What a shader is specialised for. */
export interface ShaderSpec {
  readonly dtype: GpuDType
  /** True when the device converts 16-bit floats itself (`shader-f16`). */
  readonly nativeHalf: boolean
  readonly access: Access
  /** Step and partner in channels, as in the plan. */
  readonly pairing: Pairing
  readonly pairs: number
  readonly windowOffset: number
  /** Channels outside the window that are copied; 0 in place. */
  readonly copied: number
  readonly bindings: readonly TensorBinding[]
  readonly operands: readonly OperandSpec[]
  readonly inPlace: boolean
  /** True when there may be more than one batch entry. */
  readonly batched: boolean
  /** Heads whose memory is in flight at once in one invocation. */
  readonly unroll: number
  readonly positions: PositionsSpec | null
  /** True when the numbers of a call are immediates; else they are a uniform. */
  readonly immediates: boolean
}

/** Invocations of a workgroup. */
export const WORKGROUP_SIZE = 64

/** `half` or `interleaved`, or null for a pairing that only single elements can walk. */
export function pairingName({
  pairing,
  pairs,
}: {
  readonly pairing: Pairing
  readonly pairs: number
}): 'half' | 'interleaved' | null {
  if (pairing.step === 1 && pairing.partner === pairs) return 'half'
  return pairing.step === 2 && pairing.partner === 1 ? 'interleaved' : null
}

/** True when x and y of a column are loaded apart. */
export function isApart(spec: Pick<ShaderSpec, 'access' | 'pairing' | 'pairs'>): boolean {
  return spec.access === 'element' || pairingName(spec) === 'half'
}

/** A text that two specs share exactly when one shader serves both. */
export function specKey(spec: ShaderSpec): string {
  return JSON.stringify(spec)
}

/** Words of 32 bits that one access moves; an element has its own rules. */
export function wordsOf(access: Access): 1 | 2 | 4 {
  if (access === 'vec4') return 4
  return access === 'vec2' ? 2 : 1
}

/** Elements that one access moves. */
export function elementsOf(access: Access, dtype: GpuDType): number {
  if (access === 'element') return 1
  return wordsOf(access) * (dtype === 'float32' ? 1 : 2)
}

/** How many invocations share a head: those that rotate, then those that copy. */
export interface Columns {
  readonly rotated: number
  readonly copied: number
}

/** The columns of a spec. In `half` two accesses make a column, in `interleaved` one. */
export function columnsOf(spec: Pick<ShaderSpec, 'access' | 'dtype' | 'pairing' | 'pairs' | 'copied'>): Columns {
  const { access, dtype, pairs, copied } = spec
  const elements = elementsOf(access, dtype)
  const channels = isApart(spec) ? pairs : 2 * pairs
  return { rotated: channels / elements, copied: copied / elements }
}
