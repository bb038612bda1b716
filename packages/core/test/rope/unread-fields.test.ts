/**
 * Fields that nobody reads: a call, a tensor or options that say more than is done are refused by
 * name, with what to write instead, before anything is written, and also when a call like it has
 * been remembered.
 */
import { describe, expect, test } from 'vitest'
import type { LengthOptions, Rope } from '../../src/rope/rope.js'
import { createRope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'
import { errorOf } from '../fixtures/error-of.js'

const CONTEXT = { backend: createNaiveBackend(), layout: 'bshd' } as const
const CONFIG = {
  headDim: 4,
  pairing: 'half',
  schedule: { type: 'default', base: 100 },
} as const

type Fields = Readonly<Record<string, unknown>>

const tensor = (more: Fields = {}) => ({
  data: Float32Array.of(1, 2, 3, 4),
  shape: [1, 1, 1, 4],
  ...more,
})

/** The ways to call a rope with tensors, with more fields on the call. */
const WAYS: Readonly<Record<string, (rope: Rope, call: object, more: Fields) => unknown>> = {
  rotate: (rope, call, more) => rope.rotate({ ...call, positions: 3, ...more }),
  rotateAsync: (rope, call, more) => rope.rotateAsync({ ...call, positions: 3, ...more }),
  'at, rotate': (rope, call, more) => rope.at(3).rotate({ ...call, ...more }),
  'at, rotateAsync': (rope, call, more) => rope.at(3).rotateAsync({ ...call, ...more }),
  'bind, rotate': (rope, call, more) => rope.bind({ ...call, ...more }).rotate(3),
}

const UNREAD: Readonly<Record<string, readonly [unknown, string]>> = {
  reverse: [true, "'inverse'"],
  inverted: [true, "'inverse'"],
  invers: [true, "'inverse'"],
  direction: [-1, "'inverse: true'"],
  output: [tensor(), "'out'"],
  outs: [{}, "'out'"],
  v: [tensor(), 'values are not rotated'],
  query: [tensor(), "'q'"],
  position: [3, "'positions'"],
  position_ids: [[3], "'positions'"],
  layout: ['bshd', 'createRope'],
  dtype: ['float32', 'each tensor'],
  somethingElse: [1, 'accepted: q, k'],
  ['x'.repeat(500)]: [1, 'accepted: q, k'],
}

describe.each(Object.keys(WAYS))('%s', (name) => {
  const way = WAYS[name] as (typeof WAYS)[string]
  const run = async (rope: Rope, call: object, more: Fields): Promise<unknown> => {
    try {
      await way(rope, call, more)
      return undefined
    } catch (error) {
      return error
    }
  }

  test.each(Object.keys(UNREAD))('a call with %s', async (key) => {
    const [value, says] = UNREAD[key] as readonly [unknown, string]
    const rope = createRope(CONFIG, CONTEXT)
    for (const isRemembered of [false, true]) {
      if (isRemembered) expect(await run(rope, { q: tensor() }, {})).toBeUndefined()
      const q = tensor()
      const error = await run(rope, { q }, { [key]: value })
      expect(error).toMatchObject({ code: 'INVALID_OPTION' })
      expect(String(error)).toContain(says)
      expect(String(error).length).toBeLessThan(400)
      expect(q.data).toEqual(tensor().data)
    }
  })

  test.each([
    ['stride', [4, 4, 4, 1], "'strides'"],
    ['dims', [1, 1, 1, 4], "'shape'"],
    ['sizes', [1, 1, 1, 4], "'shape'"],
    ['byteOffset', 0, "'offset'"],
    ['byteStrides', [16, 16, 16, 4], "'strides'"],
    ['out', tensor(), 'in the call'],
    ['inverse', true, 'in the call'],
    ['positions', 3, 'in the call'],
  ])('a tensor with %s', async (key, value, says) => {
    const rope = createRope(CONFIG, CONTEXT)
    const good = { q: tensor(), k: tensor(), out: { q: tensor(), k: tensor() } }
    for (const isRemembered of [false, true]) {
      if (isRemembered) expect(await run(rope, good, {})).toBeUndefined()
      for (const place of ['q', 'k', 'out.q', 'out.k'] as const) {
        const call = { q: tensor(), k: tensor(), out: { q: tensor(), k: tensor() } }
        const holder: Record<string, object> = place.startsWith('out') ? call.out : call
        holder[place.at(-1) as string] = tensor({ [key]: value })
        const error = await run(rope, call, {})
        expect(error).toMatchObject({ code: 'INVALID_TENSOR', field: `${place}.${key}` })
        expect(String(error)).toContain(says)
        expect(call.q.data).toEqual(tensor().data)
      }
    }
  })

  test('out with a tensor of no input', async () => {
    const rope = createRope(CONFIG, CONTEXT)
    const out = { q: tensor(), v: tensor() }
    expect(await run(rope, { q: tensor(), out: { q: tensor() } }, {})).toBeUndefined()
    const error = await run(rope, { q: tensor(), out }, {})
    expect(error).toMatchObject({ code: 'INVALID_TENSOR', field: 'out.v' })
  })

  test('fields that are undefined and names of one’s own on tensors pass', async () => {
    const rope = createRope(CONFIG, CONTEXT)
    const q = tensor({ stride: undefined, byteOffset: undefined, name: 'layer 3' })
    expect(await run(rope, { q }, {})).toBeUndefined()
    expect(q.data).not.toEqual(tensor().data)
  })
})

test('a step and a bound rope have their positions and length already', () => {
  const rope = createRope(CONFIG, CONTEXT)
  for (const key of ['positions', 'length']) {
    const call = { q: tensor(), [key]: 3 }
    for (const run of [() => rope.at(3).rotate(call), () => rope.bind(call)]) {
      const error = errorOf(run)
      expect(error).toMatchObject({ code: 'INVALID_OPTION', field: key })
      expect(String(error)).toContain('fixed already')
    }
  }
})

describe('options', () => {
  const rope = createRope(CONFIG, CONTEXT)
  const k = tensor()
  const options = { lenght: 3 } as LengthOptions

  test.each<[string, () => unknown]>([
    ['at', () => rope.at(3, options)],
    ['bind', () => rope.bind({ q: k }, options)],
    ['shift', () => rope.shift(k, 1, options)],
    ['rerope from', () => rope.rerope(k, { positions: 1, ...options }, { positions: 2 })],
    ['rerope to', () => rope.rerope(k, { positions: 1 }, { positions: 2, ...options })],
  ])('%s says which key is meant', (_, run) => {
    const error = errorOf(run)
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    expect(String(error)).toContain("did you mean 'length'?")
  })

  test('of createRope: keys of the context and of the config', () => {
    const context = { ...CONTEXT, layouts: 'bshd' }
    expect(String(errorOf(() => createRope(CONFIG, context)))).toContain("did you mean 'layout'?")
    const config = { ...CONFIG, rotarydim: 2 }
    expect(String(errorOf(() => createRope(config, CONTEXT)))).toContain("'rotaryDim'")
  })
})
