/**
 * Bound calls whose memory goes: any of the four arrays, in place or not, before the first call or
 * after some. The call is refused and the other arrays stay as they are.
 */
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../src/errors.js'
import { createRope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const NAMES = ['q', 'k', 'outQ', 'outK'] as const
const tensor = () => ({
  data: Float32Array.from({ length: 8 }, (_, i) => i + 1),
  shape: [1, 1, 1, 8],
})

describe.each(NAMES)('%s detached', (gone) => {
  test.each([0, 1, 5])('after %d calls', (calls) => {
    const rope = createRope(
      { headDim: 8, pairing: 'half', schedule: { type: 'default', base: 1e4 } },
      { backend: createNaiveBackend(), layout: 'bshd' },
    )
    const all = { q: tensor(), k: tensor(), outQ: tensor(), outK: tensor() }
    const { q, k, outQ, outK } = all
    const bound = rope.bind({ q, k, out: { q: outQ, k: outK } })
    for (let position = 1; position <= calls; position++) bound.rotate(position)
    const rest = NAMES.filter((name) => name !== gone)
    const before = rest.map((name) => [...all[name].data])
    structuredClone(all[gone].data.buffer, { transfer: [all[gone].data.buffer] })
    for (const position of [7, 7.5]) {
      let refusal: unknown
      try {
        bound.rotate(position)
      } catch (error) {
        refusal = error
      }
      expect(RopeError.isInstance(refusal) && refusal.code).toBe('INVALID_TENSOR')
      expect(rest.map((name) => [...all[name].data])).toEqual(before)
    }
  })
})
