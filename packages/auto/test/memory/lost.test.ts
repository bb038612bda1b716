/**
 * Memory that is detached or shrinks between planning and running: refused as INVALID_TENSOR on
 * every backend, by every way to call, before anything is written.
 */
import type { DType, RotateTensors } from '@rope/core'
import type { Elements } from '@rope/core/backend'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  detach,
  growableBuffer,
  LOSSES,
  type Loss,
  resizableBuffer,
} from '../../../../tooling/vitest/losses.js'
import {
  dtypesOf,
  errorOf,
  expectCode,
  HEAD_DIM,
  KINDS,
  NAMES,
  ropeOf,
  type TestedRope,
  tensorOf,
} from './subjects.js'

const SIDES = ['q', 'k', 'out.q', 'out.k'] as const
type Side = (typeof SIDES)[number]

const HEADS: Readonly<Record<Side, number>> = { q: 2, k: 1, 'out.q': 2, 'out.k': 1 }

type Arrays = Readonly<Partial<Record<Side, Elements>>>

function arraysOf(
  dtype: DType,
  tokens: number,
  hasOut: boolean,
  make: (side: Side, bytes: number) => ArrayBufferLike,
): Arrays {
  const sides = SIDES.filter((side) => hasOut || !side.startsWith('out'))
  const entries = sides.map((side) => {
    const Kind = KINDS[dtype]
    const length = tokens * HEADS[side] * HEAD_DIM
    const buffer = make(side, length * Kind.BYTES_PER_ELEMENT) as ArrayBuffer
    return [side, new Kind(buffer).fill(1)] as const
  })
  return Object.fromEntries(entries)
}

function callOf(arrays: Arrays, dtype: DType): RotateTensors {
  const tensor = (side: Side): ReturnType<typeof tensorOf> | undefined => {
    const data = arrays[side]
    return data && tensorOf(data, HEADS[side], dtype)
  }
  const out = arrays['out.q'] && { q: tensor('out.q'), k: tensor('out.k') }
  return { q: tensor('q'), k: tensor('k'), out }
}

/** Ways to call, each split where memory may go: what is prepared, and what is called afterwards. */
const WAYS: Readonly<Record<string, (rope: TestedRope, call: RotateTensors) => () => unknown>> = {
  rotate: (rope, call) => () => rope.rotate({ ...call, positions: 3 }),
  step: (rope, call) => {
    const step = rope.at(3)
    return () => step.rotate(call)
  },
  rotateAsync: (rope, call) => () => rope.rotateAsync({ ...call, positions: 3 }),
  bind: (rope, call) => {
    const bound = rope.bind(call)
    return () => bound.rotate(3)
  },
  'bind, a fraction': (rope, call) => {
    const bound = rope.bind(call)
    return () => bound.rotate(3.5)
  },
}

describe.each(NAMES)('%s', (name) => {
  let rope: TestedRope
  beforeAll(async () => {
    rope = await ropeOf(name)
  })

  describe.each(Object.keys(WAYS))('%s', (way) => {
    const start = WAYS[way] as NonNullable<(typeof WAYS)[string]>

    it.each(Object.keys(LOSSES))('%s', async (loss) => {
      const { make, lose } = LOSSES[loss] as Loss
      for (const dtype of dtypesOf(name)) {
        for (const tokens of [1, 5]) {
          for (const lost of SIDES) {
            // A like call first: the second one is remembered.
            const warm = arraysOf(dtype, tokens, lost.startsWith('out'), (_, bytes) => make(bytes))
            await start(rope, callOf(warm, dtype))()
            const arrays = arraysOf(dtype, tokens, lost.startsWith('out'), (side, bytes) =>
              side === lost ? make(bytes) : new ArrayBuffer(bytes),
            )
            const call = start(rope, callOf(arrays, dtype))
            lose(arrays[lost]?.buffer as ArrayBuffer)
            expectCode(await errorOf(call), 'INVALID_TENSOR')
            for (const [side, data] of Object.entries(arrays)) {
              if (side !== lost) expect(data.every((value) => value === 1)).toBe(true)
            }
          }
        }
      }
    })

    it('memory that grows, or shrinks behind its end, is none of our business', async () => {
      for (const dtype of dtypesOf(name)) {
        const bytes = 3 * HEAD_DIM * KINDS[dtype].BYTES_PER_ELEMENT
        const [shrunk, grown] = [resizableBuffer(2 * bytes), growableBuffer(bytes)]
        const arrays = {
          q: new KINDS[dtype](shrunk, 0, 2 * HEAD_DIM).fill(1),
          k: new KINDS[dtype](grown as unknown as ArrayBuffer, 0, HEAD_DIM).fill(1),
        }
        const call = start(rope, callOf(arrays, dtype))
        shrunk.resize(bytes)
        grown.grow(2 * bytes)
        expect(await errorOf(call)).toBe(null)
      }
    })
  })

  it('a bound call on detached arrays, in code that has met resizable ones', async () => {
    for (const tokens of [1, 16]) {
      const bytes = 4 * tokens * HEAD_DIM
      let refused = 0
      let tried = 0
      for (let i = 0; i < 1500; i++) {
        const data = new Float32Array(i % 3 === 0 ? resizableBuffer(bytes) : new ArrayBuffer(bytes))
        const bound = rope.bind({ k: tensorOf(data, 1) })
        for (let j = 0; j < 20; j++) bound.rotate(j)
        if (i % 10 !== 1 || i < 1300) continue
        detach(data.buffer)
        tried += 1
        const error = await errorOf(() => bound.rotate(5))
        if ((error as { readonly code?: string } | null)?.code === 'INVALID_TENSOR') refused += 1
      }
      expect(refused).toBe(tried)
    }
  })

  it.each([0, 1, 2, 3, 5, 8])('after %i bound calls', async (calls) => {
    const fresh = await ropeOf(name)
    const k = new Float32Array(HEAD_DIM * (8 + calls)).fill(1)
    const bound = fresh.bind({ k: tensorOf(k, 8 + calls) })
    for (let i = 0; i < calls; i++) bound.rotate(i)
    detach(k.buffer)
    expectCode(await errorOf(() => bound.rotate(9)), 'INVALID_TENSOR')
    fresh.dispose()
  })
})

describe.each(NAMES)('%s, memory that goes while the call is read', (name) => {
  /** A tensor that takes another array away as soon as one of its fields is read. */
  function thief(data: Elements, field: string, victim: Elements): object {
    let left = 1
    const tensor = { ...tensorOf(data, 1) } as Record<string, unknown>
    const value = tensor[field]
    Object.defineProperty(tensor, field, {
      enumerable: true,
      get() {
        if (left-- === 1) detach(victim.buffer)
        return value
      },
    })
    return tensor
  }

  it.each(['data', 'shape', 'layout', 'strides', 'offset', 'dtype'])(
    'by %s of k',
    async (field) => {
      const rope = await ropeOf(name)
      const arrays = (): readonly [Float32Array, Float32Array] => [
        new Float32Array(HEAD_DIM).fill(1),
        new Float32Array(HEAD_DIM).fill(1),
      ]
      for (const isRemembered of [false, true]) {
        if (isRemembered) {
          const [q, k] = arrays()
          rope.rotate({ q: tensorOf(q, 1), k: tensorOf(k, 1), positions: 3 })
        }
        const [q, k] = arrays()
        const call = { q: tensorOf(q, 1), k: thief(k, field, q) } as RotateTensors
        expectCode(await errorOf(() => rope.rotate({ ...call, positions: 3 })), 'INVALID_TENSOR')
        expect(k.every((value) => value === 1)).toBe(true)
      }
      rope.dispose()
    },
  )

  it('by the positions of a change of place', async () => {
    const rope = await ropeOf(name)
    const k = new Float32Array(HEAD_DIM).fill(1)
    const from = { positions: 1 }
    const to = {
      get positions() {
        detach(k.buffer)
        return 2
      },
    }
    expectCode(await errorOf(() => rope.rerope(tensorOf(k, 1), from, to)), 'INVALID_TENSOR')
    const offsets = new Proxy([1], {
      get(list, key, receiver) {
        if (key === '0') detach(other.buffer)
        return Reflect.get(list, key, receiver)
      },
    })
    const other = new Float32Array(HEAD_DIM).fill(1)
    const place = { positions: { offsets } }
    expectCode(await errorOf(() => rope.rerope(tensorOf(other, 1), from, place)), 'INVALID_TENSOR')
    rope.dispose()
  })
})
