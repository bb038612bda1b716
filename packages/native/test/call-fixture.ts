/**
 * Calls at the level of kernels: a plan, its views and a rotation, and what @rope/js makes of them.
 */
import { computeFrequencies, type DType, type Layout, resolveConfig, type Tensor } from '@rope/core'
import {
  createRotationBuilder,
  type DecodeFactors,
  type Elements,
  expandPositions,
  makePlan,
  type Plan,
  type Rotation,
  readPositions,
  type View,
} from '@rope/core/backend'
import { createJsBackend } from '@rope/js'

/** One call, and the bits that it must leave. */
export interface CallFixture {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly rotation: Rotation
  /** What q and k must hold after one call. */
  readonly wanted: readonly Elements[]
}

/** Sizes of a call; q has 4 heads, k 2. */
export interface CallOptions {
  readonly tokens?: number
  readonly headDim?: number
  readonly dtype?: DType
  readonly layout?: Layout
  /** Where the memory of q and k comes from; ordinary arrays by default. */
  readonly allocate?: (length: number) => Elements
}

/** Head counts of q and k. */
const HEADS = [4, 2] as const

const BASE = 10000

/** A rotation for `tokens` tokens from position 7 on. */
function rotationFor(headDim: number, tokens: number): Rotation {
  const config = resolveConfig({
    headDim,
    pairing: 'half',
    schedule: { type: 'default', base: BASE },
  })
  const builder = createRotationBuilder(config, computeFrequencies(config))
  return builder.build(expandPositions(readPositions(7, 1), 1, tokens, 1), 'float32')
}

/** Factors of four rests, any numbers. */
export function factorsFor(pairs: number): DecodeFactors {
  const row = (rows: number, start: number): Float64Array =>
    Float64Array.from({ length: rows * pairs }, (_, i) => Math.sin(start + 0.7 * i))
  return {
    pairs,
    restCos: row(4, 1),
    restSin: row(4, 2),
    blockCos: row(1, 3),
    blockSin: row(1, 4),
    block: 0,
    attentionFactor: 1.1,
  }
}

/** A call in place, half pairing. Values are whole numbers, which every dtype holds. */
export function createCall(options: CallOptions = {}): CallFixture {
  const { tokens = 3, headDim = 64, dtype = 'float32', layout = 'bshd' } = options
  const { allocate = (length: number) => newElements(dtype, length) } = options
  const config = resolveConfig({
    headDim,
    pairing: 'half',
    schedule: { type: 'default', base: BASE },
  })
  const tensors = HEADS.map((heads): Tensor => {
    const data = allocate(tokens * heads * headDim)
    data.forEach((_, i) => {
      data[i] = (i % 251) + 1
    })
    const shape = layout === 'bhsd' ? [1, heads, tokens, headDim] : [1, tokens, heads, headDim]
    return { data, shape, dtype }
  })
  const [q, k] = tensors as [Tensor, Tensor]
  const { plan, views } = makePlan(config, { q, k }, layout)
  const rotation = rotationFor(headDim, tokens)
  return { plan, views, rotation, wanted: rotatedByJs(plan, views, rotation) }
}

function newElements(dtype: DType, length: number): Elements {
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

/** The result of one call on copies of the views' memory. */
export function rotatedByJs(
  plan: Plan,
  views: readonly View[],
  rotation: Rotation,
): readonly Elements[] {
  const copies = views.map((view): View => {
    const source = newElements(plan.dtype, view.source.length)
    source.set(view.source)
    return { ...view, source, target: source }
  })
  const js = createJsBackend()
  js.compile({ ...plan, memory: 'local' }).run({ views: copies, rotation })
  return copies.map(({ target }) => target)
}

/** True when the views hold exactly these bits. */
export function holds(views: readonly View[], wanted: readonly Elements[]): boolean {
  return views.every(
    ({ target }, i) => Buffer.compare(bytesOf(target), bytesOf(wanted[i] as Elements)) === 0,
  )
}

function bytesOf({ buffer, byteOffset, byteLength }: Elements): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
