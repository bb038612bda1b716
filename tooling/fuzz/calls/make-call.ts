/**
 * Random calls that are valid: layouts, orders of axes in memory, gaps, negative strides, offsets,
 * q and k with other head counts, in place and out of place, every form of positions.
 */
import { axisCount, type DType, type Layout, type RopeConfig } from '@rope/core'
import { chance, pick, type Random, whole } from '../random.js'
import { type CallCase, MEMORY_KINDS, METHODS, type MemoryKind, type TensorCase } from './call.js'
import { CONFIGS } from './ropes.js'

const WIDTHS: Readonly<Record<DType, number>> = { float64: 8, float32: 4, float16: 2, bfloat16: 2 }
const DTYPES: readonly DType[] = ['float32', 'float32', 'float16', 'bfloat16', 'float64']
const LAYOUTS: readonly Layout[] = ['bshd', 'bhsd', 'sbhd', 'thd', 'flat']
/** Where a token may stand: near, far, before the beginning, between two others. */
const PLACES: readonly number[] = [0, 1, 5, 63, 64, 65, 1000, 131_071, -3, 0.5, 2 ** 31]

/** What the tensors of a call have in common. */
interface Common {
  readonly dtype: DType
  readonly layout: Layout
  readonly batch: number
  readonly tokens: number
  readonly headDim: number
}

/** Gives out memory of each kind from its beginning, with gaps. */
class Places {
  readonly #ends: Record<MemoryKind, number> = { local: 0, shared: 0, own: 0 }

  take(random: Random, kind: MemoryKind, bytes: number, width: number): number {
    const gap = pick(random, [0, 8, 16, 24, 64]) + whole(random, 0, 3) * width
    const first = Math.ceil((this.#ends[kind] + gap) / width) * width
    this.#ends[kind] = first + bytes
    return first
  }
}

function shapeOf({ layout, batch, tokens, headDim }: Common, heads: number): readonly number[] {
  if (layout === 'bshd') return [batch, tokens, heads, headDim]
  if (layout === 'bhsd') return [batch, heads, tokens, headDim]
  if (layout === 'sbhd') return [tokens, batch, heads, headDim]
  if (layout === 'thd') return [tokens, heads, headDim]
  return batch === 1 ? [tokens, heads * headDim] : [batch, tokens, heads * headDim]
}

function shuffled(random: Random, count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = whole(random, 0, i)
    const [a, b] = [order[i] as number, order[j] as number]
    order[i] = b
    order[j] = a
  }
  return order
}

/** Strides of axes that lie in memory in some order, with gaps, some of them backwards. */
function stridesOf(random: Random, shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 0)
  const channels = shape.length - 1
  const isInnermost = chance(random, 0.75)
  const outer = shuffled(random, isInnermost ? channels : shape.length)
  let step = chance(random, 0.15) ? 2 : 1
  for (const axis of isInnermost ? [channels, ...outer] : outer) {
    const gap = chance(random, 0.3) ? whole(random, 1, 9) : 0
    strides[axis] = chance(random, 0.1) ? -(step + gap) : step + gap
    step = (step + gap) * Math.max(1, shape[axis] as number)
  }
  return strides
}

/** Elements from the lowest to the highest, and how far the first one is from the lowest. */
function reach(shape: readonly number[], strides: readonly number[]): readonly [number, number] {
  if (shape.includes(0)) return [0, 0]
  let [low, high] = [0, 0]
  shape.forEach((size, axis) => {
    const end = (size - 1) * (strides[axis] as number)
    if (end < 0) low -= end
    else high += end
  })
  return [low + high + 1, low]
}

function dense(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
}

function makeTensor(random: Random, common: Common, heads: number, places: Places): TensorCase {
  const { dtype, layout } = common
  const shape = shapeOf(common, heads)
  const hasStrides = layout !== 'flat' && chance(random, 0.5)
  const strides = hasStrides ? stridesOf(random, shape) : undefined
  const [span, low] = reach(shape, strides ?? dense(shape))
  const offset = low + whole(random, 0, chance(random, 0.5) ? 0 : 7)
  const length = offset - low + span + whole(random, 0, 3)
  const memory = pick(random, MEMORY_KINDS)
  const byteOffset = places.take(random, memory, length * WIDTHS[dtype], WIDTHS[dtype])
  const stated = offset === 0 && chance(random, 0.5) ? undefined : offset
  return {
    memory,
    byteOffset,
    length,
    carrier: dtype,
    dtype,
    layout,
    shape,
    strides,
    offset: stated,
  }
}

function numbers(random: Random, count: number): unknown {
  const list = Array.from({ length: count }, () => pick(random, PLACES))
  const form = whole(random, 0, 4)
  if (form === 0) return Float64Array.from(list)
  if (form === 1) return Float32Array.from(list)
  if (form === 2) return Int32Array.from(list)
  if (form === 3) return list.map((place) => BigInt(Math.trunc(place)))
  return list
}

/** Tokens in two or three sequences. */
function packed(random: Random, tokens: number): unknown {
  const cut = whole(random, 0, tokens)
  if (chance(random, 0.5)) return { cumulativeLengths: [0, cut, tokens] }
  const lengths = { sequenceLengths: [cut, 0, tokens - cut] }
  return chance(random, 0.5) ? lengths : { ...lengths, offsets: numbers(random, 3) }
}

function axisPositions(random: Random, { batch, tokens }: Common): unknown {
  const form = random()
  if (form < 0.35) return pick(random, PLACES)
  if (form < 0.4) return BigInt(whole(random, -5, 5000))
  if (form < 0.6) return numbers(random, tokens)
  if (form < 0.75) return numbers(random, batch * tokens)
  if (form < 0.85 && batch === 1) return packed(random, tokens)
  return { offsets: numbers(random, batch) }
}

function positionsOf(random: Random, config: RopeConfig, common: Common): unknown {
  const axes = axisCount(config.axes)
  if (axes === 1 || chance(random, 0.3)) return axisPositions(random, common)
  return { axes: Array.from({ length: axes }, () => axisPositions(random, common)) }
}

/** A valid call. */
export function makeCall(random: Random): CallCase {
  const rope = whole(random, 0, CONFIGS.length - 1)
  const config = CONFIGS[rope] as RopeConfig
  const layout = pick(random, LAYOUTS)
  const common: Common = {
    ...{ dtype: pick(random, DTYPES), layout, headDim: config.headDim },
    batch: layout === 'thd' ? 1 : whole(random, 1, 2),
    tokens: chance(random, 0.08) ? 0 : whole(random, 1, 4),
  }
  const places = new Places()
  const method = chance(random, 0.6) ? 'rotate' : pick(random, METHODS)
  const heads = { q: whole(random, 1, 3), k: whole(random, 1, 2) }
  const names = method === 'shift' ? ['k'] : pick(random, [['q'], ['k'], ['q', 'k']])
  const one = (name: 'q' | 'k'): TensorCase | undefined =>
    names.includes(name) ? makeTensor(random, common, heads[name], places) : undefined
  const isOutOfPlace = method !== 'shift' && chance(random, 0.4)
  return {
    ...{ rope, method, q: one('q'), k: one('k') },
    out: isOutOfPlace ? { q: one('q'), k: one('k') } : undefined,
    positions: method === 'bind' ? pick(random, PLACES) : positionsOf(random, config, common),
    length: chance(random, 0.7) ? undefined : whole(random, 1, 5000),
    inverse: chance(random, 0.3) ? chance(random, 0.8) : undefined,
  }
}
