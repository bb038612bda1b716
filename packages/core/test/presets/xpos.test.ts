/**
 * xPos: two ropes, one for q and one for k. Their magnitudes against the paper's formula and its
 * published numbers, what depends on the distance alone, and what is refused.
 */
import { describe, expect, test } from 'vitest'
import type { RopeOptions } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import { type XposOptions, xposRopes } from '../../src/presets/xpos.js'
import { createRope, type Rope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const HEAD_DIM = 8
const PAIRS = HEAD_DIM / 2
const SIDES = ['q', 'k'] as const

function make(options: RopeOptions): Rope {
  return createRope(options, { backend: createNaiveBackend(), layout: 'bshd' })
}

/** The two ropes of small heads. */
function ropes(more: Partial<XposOptions> = {}): Readonly<Record<'q' | 'k', Rope>> {
  const { q, k } = xposRopes({
    headDim: HEAD_DIM,
    pairing: 'half',
    base: 1e4,
    scaleBase: 64,
    ...more,
  })
  return { q: make(q), k: make(k) }
}

/** Pairs (1, 0), which become rows of cos and sin. */
function unitPairs() {
  const data = new Float64Array(HEAD_DIM).fill(1, 0, PAIRS)
  return { data, shape: [1, 1, 1, HEAD_DIM] } as const
}

/** Both tensors, each rotated by its own rope. */
function rotated(both: Readonly<Record<'q' | 'k', Rope>>, position: number) {
  const tensors = { q: unitPairs(), k: unitPairs() }
  for (const side of SIDES) both[side].rotate({ [side]: tensors[side], positions: position })
  return tensors
}

const zeta = Array.from({ length: PAIRS }, (_, i) => (2 * i + 0.4 * HEAD_DIM) / (1.4 * HEAD_DIM))

function norms({ data }: { readonly data: Float64Array }): readonly number[] {
  return zeta.map((_, i) => Math.hypot(data[i] as number, data[i + PAIRS] as number))
}

test('q and k have magnitudes of their own, opposite to each other', () => {
  const { q, k } = rotated(ropes(), 32)
  zeta.forEach((scale, i) => {
    expect(norms(q)[i]).toBeCloseTo(scale ** 0.5, 13)
    expect(norms(k)[i]).toBeCloseTo(scale ** -0.5, 13)
  })
})

test.each(SIDES)('every way to rotate %s gives the same numbers', async (side) => {
  const rope = ropes()[side]
  const expected = rotated(ropes(), 5)[side].data
  const [bound, step, later] = [unitPairs(), unitPairs(), unitPairs()]
  rope.bind({ [side]: bound }).rotate(5)
  rope.at(5).rotate({ [side]: step })
  await rope.rotateAsync({ [side]: later, positions: 5 })
  for (const { data } of [bound, step, later]) expect(data).toEqual(expected)
})

test('scores depend on the distance alone, whatever the centre', () => {
  const score = (both: ReturnType<typeof ropes>, query: number, key: number): number => {
    const { q } = rotated(both, query)
    const { k } = rotated(both, key)
    return q.data.reduce((sum, value, i) => sum + value * (k.data[i] as number), 0)
  }
  const reference = score(ropes(), 10, 3)
  for (const [query, key] of [
    [7, 0],
    [107, 100],
    [-3, -10],
  ] as const) {
    expect(score(ropes(), query, key)).toBeCloseTo(reference, 12)
    expect(score(ropes({ centre: 50 }), query, key)).toBeCloseTo(reference, 12)
  }
  const expected = zeta.reduce(
    (sum, scale, i) => sum + scale ** (7 / 64) * Math.cos(7 * 1e4 ** (-i / PAIRS)),
    0,
  )
  expect(reference).toBeCloseTo(expected, 12)
})

test('the published powers of a centred sequence of four', () => {
  const published = [1.00490559859, 1.00300158621, 1.00172739943, 1.00076869488]
  const { q } = rotated(ropes({ scaleBase: 512, centre: 2 }), 0)
  published.forEach((power, i) => expect(norms(q)[i]).toBeCloseTo(power, 11))
})

test('cached keys move with their magnitude', () => {
  const rope = ropes({ centre: 9 }).k
  const at = (position: number) => {
    const k = unitPairs()
    rope.rotate({ k, positions: position })
    return k
  }
  const k = at(40)
  rope.shift(k, -15)
  at(25).data.forEach((value, i) => expect(k.data[i]).toBeCloseTo(value, 13))
  rope.rerope(k, { positions: 25 }, { positions: -4 })
  at(-4).data.forEach((value, i) => expect(k.data[i]).toBeCloseTo(value, 13))
})

describe('refusals, before anything is written', () => {
  test.each(SIDES)('the tensor that the rows of the rope for %s are not for', (side) => {
    const other = side === 'q' ? 'k' : 'q'
    const tensors = { [side]: unitPairs(), [other]: unitPairs() }
    const rope = ropes()[side]
    for (const call of [
      () => rope.rotate({ ...tensors, positions: 3 }),
      () => rope.rotate({ [other]: tensors[other], positions: 3 }),
      () => rope.bind(tensors),
      () => rope.at(3).rotate(tensors),
    ]) {
      expect(call).toThrow(RopeError)
      expect(call).toThrow(new RegExp(`^${other} was given.* are for ${side}.*xposRopes`))
    }
    for (const { data } of Object.values(tensors)) expect(data).toEqual(unitPairs().data)
  })

  test('positions beyond float32', () => {
    const q = unitPairs()
    expect(() => ropes().q.rotate({ q, positions: 1e6 })).toThrow(/xPos centre/)
    expect(q.data).toEqual(unitPairs().data)
  })

  test('several axes, and options that are none', () => {
    const axes = { kind: 'one-hot', count: 1, axisOfPair: [0, 0, 0, 0] } as const
    const { q } = xposRopes({ headDim: HEAD_DIM, pairing: 'half', base: 1e4 })
    expect(() => make({ ...q, axes })).toThrow(/^axes is.*one position/)
    expect(() => xposRopes(null as never)).toThrow(/^options is null/)
    expect(() => make(xposRopes({ headDim: 8, pairing: 'half', base: 0.5 }).k)).toThrow(/base/)
  })
})
