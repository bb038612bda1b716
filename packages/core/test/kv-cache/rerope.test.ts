/**
 * The life of cached keys: shifting them, and turning them over to another table. Each is compared
 * with keys rotated afresh, for every window, pairing, set of axes and dtype.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RopeOptions } from '../../src/config/config.js'
import type { Positions } from '../../src/positions/forms.js'
import { type CachePlace, createRope, type Rope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const TOKENS = 5
const HEADS = 2
const HEAD_DIM = 16

const make = (options: RopeOptions): Rope =>
  createRope(options, { backend: createNaiveBackend(), layout: 'bshd' })

const LONG = {
  type: 'longrope',
  base: 1e4,
  shortFactor: [1, 1, 1, 1],
  longFactor: [1.5, 2, 3, 4],
  originalMaxPositionEmbeddings: 64,
  shortMscale: 1.5,
  longMscale: 2,
} as const
const DYNAMIC = { type: 'dynamic', base: 1e4, factor: 4, maxPositionEmbeddings: 64 } as const
const YARN = {
  type: 'yarn',
  base: 1e4,
  factor: 8,
  originalMaxPositionEmbeddings: 64,
} as const

const WINDOWS: Readonly<Record<string, Partial<RopeOptions>>> = {
  partial: { rotaryDim: 8 },
  trailing: { rotaryDim: 8, windowOffset: 8 },
  'in the middle, interleaved': { rotaryDim: 8, windowOffset: 4, pairing: 'interleaved' },
  'two axes': { rotaryDim: 8, axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 1, 0] } },
  'dense axes': {
    rotaryDim: 8,
    axes: {
      kind: 'dense',
      weights: [
        [1, 0.5, 0.25, -1],
        [0, 2, 1, 1],
      ],
    },
  },
}

function keys(): Float32Array {
  return Float32Array.from(
    { length: TOKENS * HEADS * HEAD_DIM },
    (_, i) => Math.sin(i * 1.7) * (1 + (i % 3)),
  )
}

const tensor = (data: Float32Array) => ({ data, shape: [1, TOKENS, HEADS, HEAD_DIM] as const })

function fresh(rope: Rope, place: CachePlace): Float32Array {
  const data = keys()
  rope.rotate({ k: tensor(data), positions: place.positions, ...lengthOf(place) })
  return data
}

const lengthOf = ({ length }: CachePlace): object => (length === undefined ? {} : { length })

function largestError(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0)
}

/** Values are at most 3 times the attention factor 2; a rotation rounds a few times. */
const BOUND = 6 * 2 ** -21

describe.each(Object.entries(WINDOWS))('window: %s', (_name, window) => {
  const options = { headDim: HEAD_DIM, pairing: 'half', ...window } as RopeOptions
  const hasAxes = options.axes !== undefined && options.axes !== null
  const at = (start: number, other = start): Positions =>
    hasAxes ? { axes: [start, { offsets: [other] }] } : start

  test.each([LONG, DYNAMIC])('rerope from one table of $type to another, and back', (schedule) => {
    const rope = make({ ...options, schedule })
    const from = { positions: at(3, 7), length: 60 }
    const to = { positions: at(10, 2), length: 200 }
    const data = fresh(rope, from)
    const before = data.slice()
    rope.rerope(tensor(data), from, to)
    expect(largestError(data, fresh(rope, to))).toBeLessThanOrEqual(BOUND)
    rope.rerope(tensor(data), to, from)
    expect(largestError(data, before)).toBeLessThanOrEqual(BOUND)
  })

  test('to another schedule', () => {
    const rope = make({ ...options, schedule: { type: 'default', base: 1e4 } })
    const yarn = make({ ...options, schedule: YARN })
    const data = fresh(rope, { positions: at(100) })
    rope.rerope(tensor(data), { positions: at(100) }, { positions: at(90), schedule: YARN })
    expect(largestError(data, fresh(yarn, { positions: at(90) }))).toBeLessThanOrEqual(BOUND)
  })

  test('shift by a number, by token, and by axis, without a second attention factor', () => {
    const rope = make({ ...options, schedule: YARN })
    const perToken = [0, -3, 5, 0.5, 100]
    const ids = [20, 21, 22, 23, 24]
    const moved = ids.map((id, t) => id + (perToken[t] as number))
    const cases: readonly (readonly [Positions, Positions])[] = [
      [7, at(27)],
      [perToken, hasAxes ? { axes: [moved, moved] } : moved],
      ...(hasAxes
        ? ([
            [{ axes: [4, perToken] }, { axes: [24, moved] }],
            [{ axes: [0, -20] }, { axes: [20, 0] }],
          ] as const)
        : []),
    ]
    for (const [delta, place] of cases) {
      const data = fresh(rope, { positions: at(20) })
      rope.shift(tensor(data), delta)
      expect(largestError(data, fresh(rope, { positions: place }))).toBeLessThanOrEqual(BOUND)
    }
  })

  test('channels outside the window stay bit for bit', () => {
    const rope = make({ ...options, schedule: LONG })
    const { windowOffset, rotaryDim } = rope.config
    const data = keys()
    const before = data.slice()
    rope.rerope(tensor(data), { positions: at(0), length: 10 }, { positions: at(9), length: 99 })
    data.forEach((value, i) => {
      const channel = (i % HEAD_DIM) - windowOffset
      if (channel < 0 || channel >= rotaryDim) expect(value).toBe(before[i])
    })
  })
})

describe('round trips', () => {
  test('+a then -a is within 1e-6 of a unit vector, at any distance', () => {
    const rope = make({ headDim: 2, pairing: 'half', schedule: { type: 'default', base: 1e4 } })
    const distance = fc.integer({ min: -(2 ** 31), max: 2 ** 31 })
    fc.assert(
      fc.property(distance, distance, (from, to) => {
        const k = { data: Float32Array.of(0.6, 0.8), shape: [1, 1, 1, 2] }
        rope.rerope(k, { positions: from }, { positions: to })
        rope.rerope(k, { positions: to }, { positions: from })
        rope.shift(k, to)
        rope.shift(k, -to)
        expect(Math.abs((k.data[0] as number) - 0.6)).toBeLessThanOrEqual(1e-6)
        expect(Math.abs((k.data[1] as number) - 0.8)).toBeLessThanOrEqual(1e-6)
      }),
    )
  })

  test('to the same place and table changes nothing at all', () => {
    const rope = make({ headDim: HEAD_DIM, pairing: 'half', schedule: YARN })
    const data = keys()
    rope.rerope(tensor(data), { positions: 12345 }, { positions: 12345 })
    expect(data).toEqual(keys())
  })

  test('batches of different starts, in float64', () => {
    const rope = make({ headDim: 2, pairing: 'half', schedule: { type: 'default', base: 1e4 } })
    const k = { data: Float64Array.of(1, 0, 1, 0), shape: [2, 1, 1, 2] }
    rope.rerope(k, { positions: { offsets: [3, 8] } }, { positions: 5 })
    ;[2, -3].forEach((angle, b) => {
      expect(k.data[2 * b]).toBeCloseTo(Math.cos(angle), 14)
      expect(k.data[2 * b + 1]).toBeCloseTo(Math.sin(angle), 14)
    })
  })
})

describe('from positions that entries share to some of their own, and the other ways', () => {
  const places: Readonly<Record<string, Positions>> = {
    shared: 12,
    'shared ids': [3, 9, 4],
    offsets: { offsets: [5, 40] },
    'ids of each entry': [1, 2, 3, 30, 20, 10],
  }
  const rope = make({ headDim: 8, pairing: 'half', schedule: { type: 'default', base: 1e4 } })
  const batch = (
    data: Float64Array = Float64Array.from({ length: 48 }, (_, i) => Math.sin(i) + 2),
  ) => ({
    data,
    shape: [2, 3, 1, 8] as const,
  })
  const freshAt = (positions: Positions): Float64Array => {
    const k = batch()
    rope.rotate({ k, positions })
    return k.data
  }
  const ways = Object.keys(places).flatMap((from) =>
    Object.keys(places).map((to) => [from, to] as const),
  )
  test.each(ways)('%s to %s', (from, to) => {
    const [start, end] = [places[from], places[to]] as [Positions, Positions]
    const k = batch(freshAt(start))
    rope.rerope(k, { positions: start }, { positions: end })
    const wanted = freshAt(end)
    k.data.forEach((value, i) => {
      expect(Math.abs(value - (wanted[i] as number))).toBeLessThan(1e-12)
    })
  })
})

test('refusals', () => {
  const rope = make({ headDim: HEAD_DIM, pairing: 'half', schedule: YARN })
  const data = keys()
  const place = { positions: 0 }
  expect(() => rope.rerope(tensor(data), 3 as never, place)).toThrow(/^from is 3/)
  expect(() => rope.rerope(tensor(data), place, { positions: Number.NaN })).toThrow(/^positions is/)
  expect(() => rope.rerope(tensor(data), place, { positions: 0, length: -1 })).toThrow(/^length is/)
  const schedule = { type: 'warp' } as never
  expect(() => rope.rerope(tensor(data), place, { positions: 0, schedule })).toThrow(/warp/)
  expect(data).toEqual(keys())
  rope.dispose()
  expect(() => rope.rerope(tensor(data), place, place)).toThrow(/disposed/)
})
