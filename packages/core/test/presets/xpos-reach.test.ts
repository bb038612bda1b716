/**
 * How far xPos reaches: to both sides of its centre alike, for q and k, in every kind of call.
 */
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../src/errors.js'
import { xposRopes } from '../../src/presets/xpos.js'
import { createRope, type Rope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const HEAD_DIM = 8
/** |ln zeta| of the first pair, which decays fastest, is ln 3.5. */
const reachOf = (scaleBase: number): number => Math.floor((80 * scaleBase) / Math.log(3.5))

const make = (scaleBase: number, centre: number): Readonly<Record<'q' | 'k', Rope>> => {
  const options = { headDim: HEAD_DIM, pairing: 'half', base: 1e4, scaleBase, centre } as const
  const { q, k } = xposRopes(options)
  const context = { backend: createNaiveBackend(), layout: 'bshd' } as const
  return { q: createRope(q, context), k: createRope(k, context) }
}

const tensor = () => ({ data: new Float32Array(HEAD_DIM).fill(1), shape: [1, 1, 1, HEAD_DIM] })

function ending(run: () => void): string {
  try {
    run()
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'made'
}

describe.each([
  [512, 0],
  [512, 1000],
  [20, -300],
])('scaleBase %d, centre %d', (scaleBase, centre) => {
  const reach = reachOf(scaleBase)
  const ropes = make(scaleBase, centre)

  test.each([-1, 1])('reaches as far on side %d', (side) => {
    for (const name of ['q', 'k'] as const) {
      const rope = ropes[name]
      for (const [distance, expected] of [
        [reach, 'made'],
        [reach + 1, 'INVALID_POSITIONS positions'],
        [10 * reach, 'INVALID_POSITIONS positions'],
      ] as const) {
        const position = centre + side * distance
        const kept = tensor()
        expect(ending(() => rope.rotate({ [name]: kept, positions: position }))).toBe(expected)
        expect(kept.data.every((value) => value === 1)).toBe(expected !== 'made')
        expect(ending(() => rope.at(position).rotate({ [name]: tensor() }))).toBe(expected)
        expect(ending(() => rope.bind({ [name]: tensor() }).rotate(position))).toBe(expected)
      }
    }
  })

  test('a shift knows no centre', () => {
    for (const side of [-1, 1]) {
      expect(ending(() => ropes.k.shift(tensor(), side * reach))).toBe('made')
      expect(ending(() => ropes.k.shift(tensor(), side * (reach + 1)))).toBe(
        'INVALID_POSITIONS positions',
      )
    }
  })

  test('q grows and k decays by the same factor, so that their product is one of the distance', () => {
    const [q, k] = [tensor(), tensor()]
    q.data.fill(0, HEAD_DIM / 2)
    k.data.fill(0, HEAD_DIM / 2)
    ropes.q.rotate({ q, positions: centre - 100 })
    ropes.k.rotate({ k, positions: centre - 100 })
    const norm = (data: Float32Array, i: number): number =>
      Math.hypot(data[i] ?? 0, data[i + HEAD_DIM / 2] ?? 0)
    for (let i = 0; i < HEAD_DIM / 2; i++) {
      expect(norm(q.data, i) * norm(k.data, i)).toBeCloseTo(1, 5)
      const zeta = (2 * i + 0.4 * HEAD_DIM) / (1.4 * HEAD_DIM)
      expect(norm(q.data, i) / zeta ** (-100 / scaleBase)).toBeCloseTo(1, 5)
    }
  })
})
