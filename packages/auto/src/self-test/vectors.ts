/**
 * The golden vectors of the self-test: a few small calls that reach every kind of row a kernel has
 * (both pairings, in and out of place, odd lengths behind full vectors, memory that no vector load
 * likes), with the digest of the right answer. Inputs come from a generator, so that the answers
 * fit into one number each; the tests recompute them with the reference of @rope/core.
 */
import type { DType, PairingName } from '@rope/core'
import { DTYPES, PAIRINGS } from '@rope/core'
import type { Elements, OperandPlan, Plan, Rotation, View } from '@rope/core/backend'
import { resolvePairing } from '@rope/core/backend'

/** One vector: what is rotated, and the digest of the result. */
export interface Vector {
  readonly dtype: DType
  readonly pairing: PairingName
  readonly inPlace: boolean
  readonly direction: 1 | -1
  /** FNV-1a over everything that the call may have touched. */
  readonly digest: number
}

type Digests = readonly [forwardInPlace: number, inverseOutOfPlace: number]

/** The digests of the right answers, by the model oracle of @rope/core/reference. */
const DIGESTS: Readonly<Record<DType, Readonly<Record<PairingName, Digests>>>> = {
  float64: { half: [4126779552, 491885298], interleaved: [2491674234, 1830571534] },
  float32: { half: [649691290, 4266182587], interleaved: [2655948180, 3374498315] },
  float16: { half: [313861999, 2453292637], interleaved: [909647972, 2606368862] },
  bfloat16: { half: [2675008550, 1551970341], interleaved: [1674143568, 1091818035] },
}

/** All vectors; those of dtypes that a backend does not claim are left out of its self-test. */
export const VECTORS: readonly Vector[] = DTYPES.flatMap((dtype) =>
  PAIRINGS.flatMap((pairing): readonly Vector[] => {
    const [forward, inverse] = DIGESTS[dtype][pairing]
    return [
      { dtype, pairing, inPlace: true, direction: 1, digest: forward },
      { dtype, pairing, inPlace: false, direction: -1, digest: inverse },
    ]
  }),
)

/** A vector made ready to run. */
export interface Prepared {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly rotation: Rotation
}

/** Sizes of every vector: 37 pairs are no multiple of any vector's width. */
export const SIZES = {
  batch: 1,
  tokens: 2,
  heads: [2, 1],
  headDim: 80,
  pairs: 37,
  windowOffset: 3,
} as const

/** Elements before the first tensor, between the two and behind the last: nobody may write them. */
const MARGIN = 5

/** A generator of 16-bit numbers (a linear congruence, full period 2^31). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state >>> 15
  }
}

/** An ordinary number of the dtype between -16 and 16, as stored. */
function ordinary(dtype: DType, next: () => number): number {
  const bits = next()
  if (dtype === 'float16') return (bits & 0x8fff) | 0x3000
  if (dtype === 'bfloat16') return (bits & 0x81ff) | 0x3e80
  return (bits - 32768) * 2 ** -11
}

/**
 * Zero or a number too small to be normal: these show a processor, or a thread, that flushes them to
 * zero. Both members of a pair have to be, or the result is an ordinary number.
 */
function subnormal(dtype: DType, next: () => number): number {
  const bits = next()
  if (dtype === 'float16') return bits & 0x83ff
  if (dtype === 'bfloat16') return bits & 0x807f
  return ((bits & 0x1ff) - 256) * 2 ** (dtype === 'float64' ? -1074 : -149)
}

function createElements(dtype: DType, length: number): Elements {
  if (dtype === 'float64') return new Float64Array(length)
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

function operandOf(heads: number): OperandPlan {
  const { tokens, headDim } = SIZES
  const token = heads * headDim
  const strides = { batch: tokens * token, token, head: headDim, channel: 1 }
  const span = { low: 0, high: tokens * token - 1 }
  return { heads, source: strides, target: strides, sourceSpan: span, targetSpan: span }
}

function planOf({ dtype, pairing, inPlace, direction }: Vector): Plan {
  const { batch, tokens, headDim, pairs, windowOffset, heads } = SIZES
  return {
    dtype,
    batch,
    tokens,
    headDim,
    pairs,
    windowOffset,
    pairing: resolvePairing(pairing, pairs),
    direction,
    inPlace,
    memory: 'local',
    operands: heads.map(operandOf),
  }
}

/** Rows of numbers between -1 and 1: any will do, since kernels only multiply with them. */
function rowsOf(dtype: DType): Rotation {
  const { tokens, pairs } = SIZES
  const length = tokens * pairs
  const next = generator(41)
  const fill = (rows: Float32Array | Float64Array): typeof rows => {
    for (let i = 0; i < length; i++) rows[i] = (next() - 32768) / 32771
    return rows
  }
  const rows = (): Float32Array | Float64Array =>
    dtype === 'float64' ? new Float64Array(length) : new Float32Array(length)
  return { pairs, rows: tokens, batchStride: 0, cos: fill(rows()), sin: fill(rows()) }
}

/** Memory of both operands, one behind the other with margins. The last head is all subnormal. */
function memoryOf(dtype: DType, seed: number): Elements {
  const { tokens, headDim, heads } = SIZES
  const length = heads.reduce((sum, count) => sum + tokens * count * headDim + MARGIN, MARGIN)
  const memory = createElements(dtype, length)
  const next = generator(seed)
  const tiny = length - MARGIN - headDim
  for (let i = 0; i < length; i++) memory[i] = (i < tiny ? ordinary : subnormal)(dtype, next)
  return memory
}

/** A vector as a plan, memory and rows. Each call makes new memory. */
export function prepare(vector: Vector): Prepared {
  const { tokens, headDim, heads } = SIZES
  const source = memoryOf(vector.dtype, 7)
  const target = vector.inPlace ? source : memoryOf(vector.dtype, 8)
  let offset = MARGIN
  const views = heads.map((count) => {
    const view: View = { source, sourceOffset: offset, target, targetOffset: offset }
    offset += tokens * count * headDim + MARGIN
    return view
  })
  return { plan: planOf(vector), views, rotation: rowsOf(vector.dtype) }
}

/** FNV-1a, 32 bits, over halfwords: every dtype's elements consist of them. */
export function digestOf(elements: Elements): number {
  const { buffer, byteOffset, byteLength } = elements
  const halfwords = new Uint16Array(buffer, byteOffset, byteLength / 2)
  let hash = 0x811c9dc5
  for (let i = 0; i < halfwords.length; i++) {
    hash = Math.imul(hash ^ (halfwords[i] as number), 0x01000193)
  }
  return hash >>> 0
}
