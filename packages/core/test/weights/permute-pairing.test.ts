/**
 * Permuted weights rotate to permuted projections: the same scores with the other pairing.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../src/errors.js'
import { type PermuteOptions, permutePairing } from '../../src/weights/permute-pairing.js'

const shape = fc.record({
  heads: fc.integer({ min: 1, max: 4 }),
  pairs: fc.integer({ min: 1, max: 5 }),
  before: fc.integer({ min: 0, max: 3 }),
  after: fc.integer({ min: 0, max: 3 }),
  columns: fc.integer({ min: 1, max: 4 }),
})

function options({
  heads,
  pairs,
  before,
  after,
}: {
  heads: number
  pairs: number
  before: number
  after: number
}): Omit<PermuteOptions, 'from' | 'to'> {
  return { heads, headDim: before + 2 * pairs + after, rotaryDim: 2 * pairs, windowOffset: before }
}

describe('properties', () => {
  test('there and back is the identity', () => {
    fc.assert(
      fc.property(shape, (size) => {
        const common = options(size)
        const weights = Float32Array.from(
          { length: size.heads * common.headDim * size.columns },
          (_, i) => i,
        )
        const there = permutePairing(weights, { ...common, from: 'half', to: 'interleaved' })
        expect(permutePairing(there, { ...common, from: 'interleaved', to: 'half' })).toEqual(
          weights,
        )
      }),
    )
  })

  test('pair i of one pairing becomes pair i of the other, whole rows at a time', () => {
    fc.assert(
      fc.property(shape, (size) => {
        const { heads, pairs, before, columns } = size
        const common = options(size)
        const weights = Uint16Array.from({ length: heads * common.headDim * columns }, (_, i) => i)
        const permuted = permutePairing(weights, { ...common, from: 'half', to: 'interleaved' })
        const row = (matrix: Uint16Array, head: number, channel: number): Uint16Array => {
          const start = (head * common.headDim + channel) * columns
          return matrix.slice(start, start + columns)
        }
        for (let head = 0; head < heads; head++) {
          for (let i = 0; i < pairs; i++) {
            expect(row(permuted, head, before + 2 * i)).toEqual(row(weights, head, before + i))
            expect(row(permuted, head, before + 2 * i + 1)).toEqual(
              row(weights, head, before + i + pairs),
            )
          }
          for (let channel = 0; channel < before; channel++) {
            expect(row(permuted, head, channel)).toEqual(row(weights, head, channel))
          }
        }
      }),
    )
  })
})

test('a bias is a matrix of one column', () => {
  const bias = Float32Array.of(0, 1, 2, 3)
  expect([
    ...permutePairing(bias, { from: 'half', to: 'interleaved', heads: 1, headDim: 4 }),
  ]).toEqual([0, 2, 1, 3])
  expect([...bias]).toEqual([0, 1, 2, 3])
})

test.each<[Partial<PermuteOptions>, string]>([
  [{ heads: 0 }, 'heads'],
  [{ heads: 3 }, 'weights.length'],
  [{ headDim: 3 }, 'rotaryDim'],
  [{ rotaryDim: 3 }, 'rotaryDim'],
  [{ to: 'neox' as 'half' }, 'to'],
])('%j is refused', (change, field) => {
  try {
    permutePairing(new Float32Array(16), {
      from: 'half',
      to: 'interleaved',
      heads: 2,
      headDim: 8,
      ...change,
    })
  } catch (error) {
    expect(RopeError.isInstance(error) && error.field).toBe(field)
    return
  }
  expect.unreachable('nothing was thrown')
})
