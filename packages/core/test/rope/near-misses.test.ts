/**
 * Calls that are nearly right: arguments that nobody reads, a backend in another place, tensors and
 * forms by other names. Each is refused, with what to write.
 */
import { describe, expect, test } from 'vitest'
import { createRope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'
import { errorOf } from '../fixtures/error-of.js'

const CONFIG = {
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
} as const
const backend = createNaiveBackend()
const rope = createRope(CONFIG, { backend, layout: 'bshd' })
const SHAPE = [1, 2, 1, 8]
const tensor = (more: object = {}): never =>
  ({ data: new Float32Array(16).fill(1), shape: SHAPE, ...more }) as never
const refused = (call: () => unknown): { readonly code: string; readonly message: string } =>
  errorOf(call) as never

type Loose = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>
/** Methods without their types, which forbid a further argument. */
const loose = (of: object): Loose => of as Loose

/** The methods, with all arguments that they read. */
const METHODS: Readonly<Record<string, (extra: readonly unknown[]) => unknown>> = {
  rotate: (extra) => loose(rope).rotate?.({ q: tensor(), positions: 0 }, ...extra),
  'rotate of a step': (extra) => loose(rope.at(0)).rotate?.({ q: tensor() }, ...extra),
  at: (extra) => loose(rope).at?.(0, {}, ...extra),
  bind: (extra) => loose(rope).bind?.({ q: tensor() }, {}, ...extra),
  'rotate of bound tensors': (extra) => loose(rope.bind({ q: tensor() })).rotate?.(0, ...extra),
  shift: (extra) => loose(rope).shift?.(tensor(), 1, {}, ...extra),
  regimeFor: (extra) => loose(rope).regimeFor?.(8, ...extra),
  rerope: (extra) => loose(rope).rerope?.(tensor(), { positions: 0 }, { positions: 1 }, ...extra),
}

describe('an argument that nobody reads', () => {
  test.each(Object.entries(METHODS))('of %s is refused', (_, call) => {
    call([])
    for (const extra of [true, { inverse: true }, 5, null]) {
      const { code, message } = refused(() => call([extra]))
      expect(code).toBe('INVALID_OPTION')
      expect(message).toMatch(/^arguments end with one that is not read: /)
    }
  })

  test('of the asynchronous methods too', async () => {
    const problem = { code: 'INVALID_OPTION', field: 'arguments' }
    const call = { q: tensor(), positions: 0 }
    await expect(loose(rope).rotateAsync?.(call, true)).rejects.toMatchObject(problem)
    const step = loose(rope.at(0))
    await expect(step.rotateAsync?.({ q: tensor() }, true)).rejects.toMatchObject(problem)
  })

  test('nothing was rotated', () => {
    const q = tensor() as { readonly data: Float32Array }
    refused(() => loose(rope).rotate?.({ q, positions: 3 }, true))
    expect(q.data).toEqual(new Float32Array(16).fill(1))
  })
})

test('a call that was not awaited', async () => {
  const later = Promise.resolve({ q: tensor(), positions: 0 }) as never
  expect(refused(() => rope.rotate(later)).message).toContain('input is a Promise: await it')
  await expect(rope.rotateAsync(later)).rejects.toThrow('input is a Promise: await it')
  expect(refused(() => rope.at(0).rotate(later)).message).toContain('a Promise: await it')
})

describe('a backend in another place', () => {
  test.each<[string, () => unknown, string]>([
    ['as the context', () => createRope(CONFIG, backend as never), 'write { backend }'],
    [
      'as the function that makes it',
      () => createRope(CONFIG, { backend: createNaiveBackend as never }),
      'backend is a function; accepted: a backend, such as createJsBackend(): call it',
    ],
  ])('%s', (_, call, expected) => {
    expect(refused(call)).toMatchObject({ code: 'INVALID_OPTION' })
    expect(refused(call).message).toContain(expected)
  })
})

describe('a tensor where a call has another form', () => {
  test.each<[string, object, string]>([
    ['out', { out: tensor() }, 'a tensor stands under its name: q: { data, shape }, also in out'],
    ['out', { out: new Float32Array(16) }, 'each { data, shape }'],
    ['out.q', { out: { q: new Float32Array(16) } }, '{ data, shape, layout }'],
    ['q', { q: new Float32Array(16) }, '{ data, shape, layout }'],
    ['data', { q: undefined, ...(tensor() as object) }, 'a tensor stands under its name'],
  ])('%s of %o', (field, more, expected) => {
    const { message } = refused(() => rope.rotate({ q: tensor(), positions: 0, ...more } as never))
    expect(message).toContain(field)
    expect(message).toContain(expected)
  })
})

describe('a tensor in other words', () => {
  test.each<[string, unknown, string]>([
    ['Strides', [16, 8, 8, 1], "write 'strides'"],
    ['step', [16, 8, 8, 1], "write 'strides'"],
    ['order', 'F', "write 'layout' or 'strides'"],
    ['start', 8, "write 'offset'"],
    ['Offset', 8, "write 'offset'"],
    ['Layout', 'bhsd', "write 'layout'"],
    ['DType', 'float32', "write 'dtype'"],
    ['dType', 'float32', "write 'dtype'"],
  ])('%s is refused, also where a call like it is remembered', (key, value, expected) => {
    const fresh = createRope(CONFIG, { backend, layout: 'bshd' })
    const call = (more: object) => () => fresh.rotate({ q: tensor(more), positions: 0 })
    for (let again = 0; again < 2; again++) {
      const error = errorOf(call({ [key]: value }))
      expect(error).toMatchObject({ code: 'INVALID_TENSOR', field: `q.${key}` })
      expect(String(error)).toContain(expected)
      call({})()
      call({ [key]: undefined })()
    }
  })
})

describe('words with other letters', () => {
  test.each<[string, () => unknown, string]>([
    ['layout', () => createRope(CONFIG, { backend, layout: 'BSHD' as never }), 'bshd'],
    ['layout', () => rope.rotate({ q: tensor({ layout: 'BHSD' }), positions: 0 }), 'bhsd'],
    ['pairing', () => createRope({ ...CONFIG, pairing: 'Half' as never }, { backend }), 'half'],
    ['angles', () => createRope({ ...CONFIG, angles: 'Float32' as never }, { backend }), 'float32'],
    ['positions', () => rope.at({ cuSeqlens: [0, 2] } as never), 'cumulativeLengths'],
    ['positions', () => rope.at({ cu_seqlens: [0, 2] } as never), 'cumulativeLengths'],
    ['positions', () => rope.at({ seqlens: [2] } as never), 'sequenceLengths'],
    ['positions', () => rope.at({ Offsets: [2] } as never), 'offsets'],
    ['positions', () => rope.at({ offset: [2] } as never), 'offsets'],
    ['positions', () => rope.at({ sequencelengths: [2] } as never), 'sequenceLengths'],
  ])('%s: did you mean', (field, call, meant) => {
    const { message } = refused(call)
    expect(message).toContain(field)
    expect(message).toContain(`(did you mean '${meant}'?)`)
  })

  test('far from all of them no question is asked', () => {
    const { message } = refused(() => rope.at({ banana: [2] } as never))
    expect(message).not.toContain('did you mean')
  })
})

test('ids for the tokens of bhsd, under bshd', () => {
  const q = { data: new Float32Array(8 * 16 * 8), shape: [1, 8, 16, 8] }
  const ids = Array.from({ length: 16 }, (_, i) => i)
  const { message } = refused(() => rope.rotate({ q, positions: ids }))
  expect(message).toMatch(/^positions has 16 ids; .*, as many as heads: is the layout 'bhsd'\?$/)
  rope.rotate({ q: { ...q, layout: 'bhsd' }, positions: ids })
  const other = refused(() => rope.rotate({ q, positions: [1, 2, 3] }))
  expect(other.message).not.toContain('bhsd')
})

test('a length is a number or a BigInt', () => {
  const grown = createRope(
    {
      ...CONFIG,
      schedule: { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 4 },
    },
    { backend, layout: 'bshd' },
  )
  const rotated = (length: number | bigint): Float32Array => {
    const q = { data: new Float32Array(16).fill(1), shape: SHAPE }
    grown.rotate({ q, positions: 1, length })
    return q.data
  }
  expect(rotated(16n)).toEqual(rotated(16))
  expect(rotated(16n)).not.toEqual(rotated(4n))
  for (const length of [-1n, 2n ** 60n, '16']) {
    expect(refused(() => rotated(length as never))).toMatchObject({ code: 'INVALID_OPTION' })
  }
})
