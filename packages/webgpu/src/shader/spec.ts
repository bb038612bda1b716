/**
 * What a shader is specialised for, as data. Whatever is not in here - sizes, strides, offsets,
 * head counts, the direction - is a number that the shader reads, so that few pipelines serve a
 * model: one for its prefill, one for its decode steps, perhaps one more per head size.
 */

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

/** Where channels lie within a head, and rows within their memory, in accesses. */
export interface Geometry {
  /** Invocations per head: those that rotate, then those that copy. */
  readonly columns: number
  readonly rotated: number
  /** First channel of the window, and how long it is. */
  readonly window: number
  readonly windowSize: number
  /** From one pair to the next, and from x to y. */
  readonly step: number
  readonly partner: number
  /** From one row of cos and sin to the next, and from cos to sin, in loads of a row. */
  readonly row: number
  readonly sine: number
}

/** What a shader is specialised for. */
export interface ShaderSpec {
  readonly dtype: GpuDType
  /** True when the device converts 16-bit floats itself (`shader-f16`). */
  readonly nativeHalf: boolean
  readonly access: Access
  /** True when x and y of a column are loaded apart: half pairing, and single elements. */
  readonly apart: boolean
  /** Constants of the shader; null for single elements, whose one shader reads them. */
  readonly geometry: Geometry | null
  /** True when channels outside the window are copied. */
  readonly copies: boolean
  readonly bindings: readonly TensorBinding[]
  readonly operands: readonly OperandSpec[]
  readonly inPlace: boolean
  readonly positions: PositionsSpec | null
  /** True when ids outside the table are counted: by one dispatch, where a call is split by heads. */
  readonly counts: boolean
  /** True when the numbers of a call are immediates; else they are a uniform. */
  readonly immediates: boolean
}

/** Invocations of a workgroup. */
export const WORKGROUP_SIZE = 64

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

/** How many values of cos one load brings: 1, 2 or 4. */
export function rowLanesOf({
  access,
  dtype,
  apart,
}: Pick<ShaderSpec, 'access' | 'dtype' | 'apart'>): 1 | 2 | 4 {
  const words = wordsOf(access)
  if (apart || dtype !== 'float32') return words
  return words === 4 ? 2 : 1
}
