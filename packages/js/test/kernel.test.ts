/**
 * The JavaScript kernels against the model oracle, bit for bit, over random plans: every dtype,
 * pairing, window and order of loops, with sizes on both sides of the block and cache limits.
 */
import {
  computeFrequencies,
  createRope,
  type DType,
  type Layout,
  type PairingName,
  type RopeConfig,
  type RopeOptions,
  resolveConfig,
  type Tensor,
} from '@rope/core'
import {
  createRotationBuilder,
  type Elements,
  fromFloat32Array,
  type PositionTable,
  type Rotation,
} from '@rope/core/backend'
import { modelRotate, oracleRows } from '@rope/core/reference'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsBackend, probeJs } from '../src/index.js'

interface Case {
  readonly dtype: DType
  readonly pairing: PairingName
  readonly layout: Layout
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly pairs: number
  readonly before: number
  readonly after: number
  readonly inverse: boolean
  readonly inPlace: boolean
  readonly seed: number
}

const cases: fc.Arbitrary<Case> = fc.record({
  dtype: fc.constantFrom<DType>('float64', 'float32', 'float16', 'bfloat16'),
  pairing: fc.constantFrom<PairingName>('half', 'interleaved'),
  layout: fc.constantFrom<Layout>('bshd', 'bhsd', 'sbhd', 'flat'),
  batch: fc.integer({ min: 1, max: 2 }),
  tokens: fc.constantFrom(1, 2, 15, 16, 17, 33),
  heads: fc.integer({ min: 1, max: 5 }),
  pairs: fc.integer({ min: 1, max: 9 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 2 }),
  inverse: fc.boolean(),
  inPlace: fc.boolean(),
  seed: fc.nat(),
})

/** Numbers of many magnitudes, the same for the same seed. */
function values(length: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 1) >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const exponent = (state >>> 8) % 12
    return ((state / 2 ** 32) * 2 - 1) * 2 ** (exponent - 8)
  })
}

const ORDER: Readonly<Record<string, readonly number[]>> = {
  bshd: [0, 1, 2],
  flat: [0, 1, 2],
  bhsd: [0, 2, 1],
  sbhd: [1, 0, 2],
}

/** Reorders [batch, tokens, heads, headDim] into the memory of a layout, or back. */
function relayout(
  x: Elements,
  { batch, tokens, heads, layout }: Case,
  headDim: number,
  back: boolean,
): Elements {
  const result = x.slice()
  const sizes = [batch, tokens, heads]
  const order = ORDER[layout] as readonly number[]
  const inner = order.map((_, place) =>
    order.slice(place + 1).reduce((product, axis) => product * (sizes[axis] as number), headDim),
  )
  let logical = 0
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < tokens; t++)
      for (let h = 0; h < heads; h++, logical += headDim) {
        const index = [b, t, h]
        const memory = order.reduce(
          (sum, axis, place) => sum + (index[axis] as number) * (inner[place] as number),
          0,
        )
        const [from, to] = back ? [memory, logical] : [logical, memory]
        result.set(x.subarray(from, from + headDim), to)
      }
  return result
}

function shapeOf({ batch, tokens, heads, layout }: Case, headDim: number): readonly number[] {
  if (layout === 'flat') return [batch, tokens, heads * headDim]
  const sizes = [batch, tokens, heads]
  return [...(ORDER[layout] as readonly number[]).map((axis) => sizes[axis] as number), headDim]
}

/** Doubles are not rounded to float32, so the oracle's nearest doubles may differ in the last bits. */
function doubleRows(config: RopeConfig, positions: Float64Array): Rotation {
  const table: PositionTable = { rows: positions.length, batchStride: 0, axes: [positions] }
  return createRotationBuilder(config, computeFrequencies(config)).build(table, 'float64')
}

function check(one: Case): void {
  const { dtype, pairing, pairs, before, after, batch, tokens, heads } = one
  const headDim = before + 2 * pairs + after
  const options: RopeOptions = {
    headDim,
    pairing,
    rotaryDim: 2 * pairs,
    windowOffset: before,
    schedule: { type: 'default', base: 100 },
  }
  const config = resolveConfig(options)
  const input = fromFloat32Array(values(batch * tokens * heads * headDim, one.seed), dtype)
  const positions = Float64Array.from(
    { length: batch * tokens },
    (_, row) => ((one.seed % 977) + row * 3) / 2,
  )
  const rows =
    dtype === 'float64' ? doubleRows(config, positions) : oracleRows(config, [positions], 'float32')
  const expected = modelRotate(
    input,
    dtype,
    { batch, tokens, heads, headDim },
    config,
    rows,
    one.inverse ? -1 : 1,
  )

  const data = relayout(input, one, headDim, false)
  const target = one.inPlace ? data : fromFloat32Array(new Float32Array(data.length).fill(7), dtype)
  const tensor = { data, dtype, shape: shapeOf(one, headDim), layout: one.layout }
  const rope = createRope(config, { backend: createJsBackend() })
  const before16 = data.slice()
  rope.rotate({
    q: tensor,
    positions,
    inverse: one.inverse,
    ...(one.inPlace ? {} : { out: { q: { ...tensor, data: target } } }),
  })
  expect(relayout(target, one, headDim, true)).toEqual(expected)
  if (!one.inPlace) expect(data).toEqual(before16)
}

describe('kernels', () => {
  test('random plans equal the model oracle', () => {
    fc.assert(
      fc.property(cases, (one) => check(one)),
      { numRuns: 400 },
    )
  })

  test('sizes beyond the cache limit take the other loop order, with the same bits', () => {
    const large: Case = {
      dtype: 'float32',
      pairing: 'half',
      layout: 'bshd',
      batch: 1,
      tokens: 40,
      heads: 33,
      pairs: 32,
      before: 0,
      after: 0,
      inverse: false,
      inPlace: true,
      seed: 5,
    }
    check(large)
    check({ ...large, pairing: 'interleaved', layout: 'bhsd', heads: 32 })
  })

  test('signalling NaN payloads outside the window survive out of place', () => {
    const bits = Uint32Array.of(0x7f800001, 0x3f800000, 0x40000000, 0xff812345)
    const data = new Float32Array(bits.buffer)
    const out = new Float32Array(4)
    const rope = createRope(
      {
        headDim: 4,
        pairing: 'half',
        windowOffset: 1,
        rotaryDim: 2,
        schedule: { type: 'default', base: 1 },
      },
      { backend: createJsBackend(), layout: 'thd' },
    )
    rope.rotate({
      q: { data, shape: [1, 1, 4] },
      out: { q: { data: out, shape: [1, 1, 4] } },
      positions: 0,
    })
    expect([...new Uint32Array(out.buffer)]).toEqual([...bits])
  })
})

test('probe and dispose', () => {
  expect(probeJs()).toEqual({
    available: true,
    facts: { float16Array: 'Float16Array' in globalThis },
  })
  const backend = createJsBackend()
  const rope = createRope(
    { headDim: 2, pairing: 'half', schedule: { type: 'default', base: 1 } },
    { backend, layout: 'thd' },
  )
  const q = { data: Float32Array.of(1, 0), shape: [1, 1, 2] }
  rope.rotate({ q, positions: 1 })
  backend.dispose()
  expect(() => rope.rotate({ q, positions: 1 })).toThrow(/disposed/)
})

test.each(['float64', 'float32', 'bfloat16'] as const)(
  'a %s call without elements asks nothing of memory that is gone',
  (dtype) => {
    const config: RopeOptions = {
      ...{ headDim: 12, rotaryDim: 8, pairing: 'half' },
      schedule: { type: 'default', base: 10000 },
    }
    const rope = createRope(config, { backend: createJsBackend(), layout: 'thd' })
    const gone = fromFloat32Array(new Float32Array(12), dtype)
    structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] })
    const there = fromFloat32Array(new Float32Array(12).fill(1), dtype)
    const tensorOf = (data: Elements): Tensor => ({ data, shape: [0, 1, 12], dtype })
    const [q, out] = [tensorOf(gone), tensorOf(there)]
    rope.rotate({ q, out: { q: out }, positions: 0 })
    rope.rotate({ q: out, out: { q }, positions: 0 })
    expect(there).toEqual(fromFloat32Array(new Float32Array(12).fill(1), dtype))
  },
)
