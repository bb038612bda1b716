/**
 * Arrays from elsewhere give the same bits as arrays of the backend's own memory, whatever their
 * layout and however many tiles they take, and nothing around them is touched.
 */
import { createRope, type DType, type PairingName, type RopeOptions, type Tensor } from '@rope/core'
import type { Elements } from '@rope/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWasmBackend, type WasmBackend } from '../src/index.js'

type KernelDType = Exclude<DType, 'float64'>
type Axis = 'batch' | 'tokens' | 'heads' | 'channels'

const ORDERS: readonly (readonly Axis[])[] = [
  ['batch', 'tokens', 'heads', 'channels'],
  ['batch', 'heads', 'tokens', 'channels'],
  ['tokens', 'batch', 'heads', 'channels'],
  ['batch', 'tokens', 'channels', 'heads'],
]

interface Case {
  readonly dtype: KernelDType
  readonly pairing: PairingName
  readonly sizes: Readonly<Record<Axis, number>>
  readonly rotaryDim: number
  readonly windowOffset: number
  readonly source: readonly Axis[]
  readonly target: readonly Axis[] | null
  readonly gap: number
  readonly inverse: boolean
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    dtype: fc.constantFrom<KernelDType>('float32', 'float16', 'bfloat16'),
    pairing: fc.constantFrom<PairingName>('half', 'interleaved'),
    batch: fc.integer({ min: 1, max: 3 }),
    tokens: fc.constantFrom(1, 2, 7, 64, 300, 700),
    heads: fc.constantFrom(1, 2, 5, 40),
    pairs: fc.constantFrom(1, 3, 16, 35, 64),
    before: fc.integer({ min: 0, max: 3 }),
    after: fc.integer({ min: 0, max: 3 }),
    source: fc.constantFrom(...ORDERS),
    target: fc.constantFrom(null, ...ORDERS),
    gap: fc.integer({ min: 0, max: 2 }),
    inverse: fc.boolean(),
  })
  .filter(({ batch, tokens, heads, pairs }) => batch * tokens * heads * pairs < 600_000)
  .map(({ batch, tokens, heads, pairs, before, after, ...rest }) => ({
    ...rest,
    sizes: { batch, tokens, heads, channels: before + 2 * pairs + after },
    rotaryDim: 2 * pairs,
    windowOffset: before,
  }))

/** Element strides of the axes [batch, tokens, heads, channels] in a memory order, and the length. */
function stridesOf(order: readonly Axis[], { sizes, gap }: Case): [readonly number[], number] {
  const strides = new Map<Axis, number>()
  let next = 1
  for (const axis of [...order].reverse()) {
    strides.set(axis, next)
    next = next * sizes[axis] + gap
  }
  const axes: readonly Axis[] = ['batch', 'tokens', 'heads', 'channels']
  return [axes.map((axis) => strides.get(axis) ?? 0), next]
}

function fill(data: Elements, dtype: KernelDType, seed: number): void {
  let state = seed >>> 0
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    if (dtype === 'float32') data[i] = (state / 2 ** 32 - 0.5) * 8
    else data[i] = (state >>> 16) & (dtype === 'float16' ? 0xbfff : 0xc0ff)
  }
}

type Allocate = (dtype: DType, length: number) => Elements

function ordinary(dtype: DType, length: number): Elements {
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

function shared(dtype: DType, length: number): Elements {
  const size = dtype === 'float32' ? 4 : 2
  const buffer = new SharedArrayBuffer(length * size)
  return dtype === 'float32' ? new Float32Array(buffer) : new Uint16Array(buffer)
}

/** The bits of all memory, gaps included, after rotating arrays from `allocate`. */
function rotated(backend: WasmBackend, given: Case, allocate: Allocate): readonly number[] {
  const { sizes, dtype, pairing, rotaryDim, windowOffset } = given
  const options: RopeOptions = {
    headDim: sizes.channels,
    rotaryDim,
    windowOffset,
    pairing,
    schedule: { type: 'default', base: 10000 },
  }
  const shape = [sizes.batch, sizes.tokens, sizes.heads, sizes.channels]
  const tensor = (order: readonly Axis[], seed: number): Tensor => {
    const [strides, length] = stridesOf(order, given)
    const data = allocate(dtype, length + 5)
    fill(data, dtype, seed)
    return { data, shape, strides, offset: 5, dtype, layout: 'bshd' }
  }
  const q = tensor(given.source, 1)
  const out = given.target === null ? undefined : tensor(given.target, 2)
  const rope = createRope(options, { backend })
  rope.rotate({
    q,
    positions: 11,
    inverse: given.inverse,
    ...(out === undefined ? {} : { out: { q: out } }),
  })
  return [q, out].flatMap((one) => (one === undefined ? [] : bits(one.data as Elements)))
}

function bits(data: Elements): number[] {
  if (data instanceof Uint16Array) return [...data]
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)]
}

describe('arrays from elsewhere', () => {
  test('give the bits of resident arrays, in every layout', async () => {
    const backend = await createWasmBackend()
    fc.assert(
      fc.property(cases, (given) => {
        const resident = rotated(backend, given, (dtype, length) => {
          const data = backend.allocate(dtype, length)
          return data
        })
        const staged = rotated(backend, given, ordinary)
        return resident.length === staged.length && resident.every((one, i) => one === staged[i])
      }),
      { numRuns: 60 },
    )
    backend.dispose()
  })

  test('shared ones too', async () => {
    const backend = await createWasmBackend()
    fc.assert(
      fc.property(cases, (given) => {
        const local = rotated(backend, given, ordinary)
        const staged = rotated(backend, given, shared)
        return local.length === staged.length && local.every((one, i) => one === staged[i])
      }),
      { numRuns: 30 },
    )
    backend.dispose()
  })

  test('the largest head fits into the windows', async () => {
    const backend = await createWasmBackend()
    const given: Case = {
      dtype: 'float32',
      pairing: 'half',
      sizes: { batch: 1, tokens: 3, heads: 2, channels: 65_536 },
      rotaryDim: 65_534,
      windowOffset: 1,
      source: ['batch', 'tokens', 'heads', 'channels'],
      target: null,
      gap: 0,
      inverse: false,
    }
    const resident = rotated(backend, given, (dtype, length) => backend.allocate(dtype, length))
    const staged = rotated(backend, given, ordinary)
    expect(staged.length).toBe(resident.length)
    expect(staged.every((one, i) => one === resident[i])).toBe(true)
    backend.dispose()
  })

  test('q and k that interleave in one buffer do not overwrite each other', async () => {
    const backend = await createWasmBackend()
    const rope = createRope(
      { headDim: 64, pairing: 'half', schedule: { type: 'default', base: 10000 } },
      { backend },
    )
    const tokens = 200
    const row = (8 + 2 + 2) * 64
    const rotate = (data: Elements): void => {
      const strides = [tokens * row, row, 64, 1]
      rope.rotate({
        q: { data, shape: [1, tokens, 8, 64], strides, layout: 'bshd' },
        k: { data, shape: [1, tokens, 2, 64], strides, offset: 8 * 64, layout: 'bshd' },
        positions: 5,
      })
    }
    const foreign = new Float32Array(tokens * row)
    const own = backend.allocate('float32', tokens * row)
    fill(foreign, 'float32', 3)
    own.set(foreign)
    rotate(foreign)
    rotate(own)
    expect(bits(foreign)).toEqual(bits(own))
    backend.dispose()
  })
})
