/**
 * The calls that are timed: four sizes of the most common shape, from less than a decode step of a
 * small model to a prompt that no second-level cache holds.
 */
import type { DType } from '@rope/core'
import type { Elements, Plan, Rotation, View } from '@rope/core/backend'
import { bytesOfPlan, planOfCall } from '../call.js'

/** A call to time. */
export interface Point {
  readonly plan: Plan
  readonly bytes: number
  readonly views: readonly View[]
  readonly rotation: Rotation
}

interface Shape {
  readonly tokens: number
  readonly heads: { readonly q: number; readonly k?: number }
}

const HEAD_DIM = 128

/** From small to large: the small ones have the engine compile what the large ones run. */
const SHAPES: readonly Shape[] = [
  { tokens: 1, heads: { q: 1 } },
  { tokens: 1, heads: { q: 32, k: 8 } },
  { tokens: 64, heads: { q: 32, k: 8 } },
  { tokens: 256, heads: { q: 32, k: 8 } },
]

/** How many points there are. */
export const SIZES: number = SHAPES.length

const MOST_TOKENS = 256
const MOST_HEADS = 40

/** Makes memory for the largest point, or says that there is none to be had. */
export type Allocate = (length: number) => Elements

/** The points of a dtype from small to large; all of them share their memory. */
export function calibrationPoints(dtype: DType, allocate: Allocate): readonly Point[] {
  const memory = allocate(MOST_TOKENS * MOST_HEADS * HEAD_DIM)
  fill(memory, dtype)
  const rotation = rowsFor(dtype)
  return SHAPES.map(({ tokens, heads }) => {
    const config = {
      headDim: HEAD_DIM,
      rotaryDim: HEAD_DIM,
      windowOffset: 0,
      pairing: 'half',
    } as const
    const plan = planOfCall(config, { tokens, heads, dtype })
    let offset = 0
    const views = plan.operands.map((operand): View => {
      const view = { source: memory, sourceOffset: offset, target: memory, targetOffset: offset }
      offset += operand.sourceSpan.high + 1
      return view
    })
    return { plan, bytes: bytesOfPlan(plan), views, rotation: { ...rotation, rows: tokens } }
  })
}

/** Ordinary memory of a dtype. */
export function foreignMemory(dtype: DType): Allocate {
  return (length) => {
    if (dtype === 'float64') return new Float64Array(length)
    return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
  }
}

/** The stored number 1, and what to add to it. */
const ORDINARY: Readonly<Record<DType, readonly [first: number, step: number]>> = {
  float64: [1, 1 / 64],
  float32: [1, 1 / 64],
  float16: [0x3c00, 8],
  bfloat16: [0x3f80, 1],
}

/** Ordinary numbers around 1: zeros and subnormals can be faster or slower than these. */
function fill(memory: Elements, dtype: DType): void {
  const [first, step] = ORDINARY[dtype]
  const block = Math.min(memory.length, 64)
  for (let i = 0; i < block; i++) memory[i] = first + i * step
  for (let done = block; done < memory.length; done *= 2) memory.copyWithin(done, 0, done)
}

/** Rows of 0.6 and 0.8, which keep the norm of a pair however often it is rotated. */
function rowsFor(dtype: DType): Rotation {
  const pairs = HEAD_DIM / 2
  const length = MOST_TOKENS * pairs
  const rows = (value: number): Float32Array | Float64Array =>
    (dtype === 'float64' ? new Float64Array(length) : new Float32Array(length)).fill(value)
  return { pairs, rows: MOST_TOKENS, batchStride: 0, cos: rows(0.6), sin: rows(0.8) }
}
