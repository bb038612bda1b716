/**
 * The four faces of RoPE are one map, in both pairings; the pairings are one map on permuted
 * channels; and the map has the properties that the paper derives.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PairingName } from '../../src/contract/pairing.js'
import {
  applyMatrix,
  blockDiagonalMatrix,
  dot,
  pairChannels,
  quarterTurn,
  rotateByBlockDiagonal,
  rotateByComplex,
  rotateByElements,
  rotateByMatrix,
  rotationMatrix,
} from '../../src/reference/index.js'

const FACES = {
  complex: rotateByComplex,
  matrix: rotateByMatrix,
  'block-diagonal': rotateByBlockDiagonal,
  'element-wise': rotateByElements,
}

const PAIRINGS: readonly PairingName[] = ['half', 'interleaved']

/** Zero, or no so tiny number that products of two underflow: the bounds below are relative. */
const number = (limit: number): fc.Arbitrary<number> =>
  fc
    .double({ min: -limit, max: limit, noNaN: true })
    .map((value) => (Math.abs(value) < 1e-100 ? 0 : value))

/** A head of 1 to 16 pairs and an angle for each. */
const headAndAngles = fc
  .integer({ min: 1, max: 16 })
  .chain((pairs) =>
    fc.tuple(
      fc.array(number(1e3), { minLength: 2 * pairs, maxLength: 2 * pairs }),
      fc.array(number(1e4), { minLength: pairs, maxLength: pairs }),
    ),
  )

const norm = (x: ArrayLike<number>): number => Math.sqrt(dot(x, x))

/** The largest difference of two heads, relative to the norm of the pair where it occurs. */
function pairError(a: Float64Array, b: Float64Array, pairing: PairingName): number {
  const pairs = a.length / 2
  const errors = Array.from({ length: pairs }, (_, i) => {
    const { x, y } = pairChannels(pairing, i, pairs)
    const of = (head: Float64Array, c: number): number => head[c] ?? Number.NaN
    const size = Math.hypot(of(b, x), of(b, y))
    const gap = Math.hypot(of(a, x) - of(b, x), of(a, y) - of(b, y))
    return gap === 0 ? 0 : gap / size
  })
  return Math.max(...errors)
}

describe.each(PAIRINGS)('%s', (pairing) => {
  describe.each(Object.entries(FACES))('%s', (_, rotate) => {
    test('equals complex multiplication to 1e-15 of the pair', () => {
      fc.assert(
        fc.property(headAndAngles, ([x, angles]) => {
          const expected = rotateByComplex(x, angles, pairing)
          expect(pairError(rotate(x, angles, pairing), expected, pairing)).toBeLessThan(1e-15)
        }),
      )
    })

    test('turns (1, 0) to (cos, sin) and (0, 1) to (-sin, cos), in the right channels', () => {
      const angles = [0.5, 1, 2]
      angles.forEach((angle, i) => {
        const { x, y } = pairChannels(pairing, i, 3)
        const unit = (c: number): number[] => Array.from({ length: 6 }, (__, k) => +(k === c))
        const placed = (atX: number, atY: number): Float64Array => {
          const head = new Float64Array(6)
          head[x] = atX
          head[y] = atY
          return head
        }
        const zeroless = (head: Float64Array): Float64Array => head.map((value) => value + 0)
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
        expect(zeroless(rotate(unit(x), angles, pairing))).toEqual(placed(cos, sin))
        expect(zeroless(rotate(unit(y), angles, pairing))).toEqual(placed(-sin, cos))
      })
    })

    test('angle 0 changes nothing', () => {
      fc.assert(
        fc.property(headAndAngles, ([x, angles]) => {
          const still = rotate(x, angles.fill(0), pairing)
          expect(Array.from(still, (value) => value + 0)).toEqual(x.map((value) => value + 0))
        }),
      )
    })

    test('keeps the norm', () => {
      fc.assert(
        fc.property(headAndAngles, ([x, angles]) => {
          const size = norm(rotate(x, angles, pairing))
          // Two products and a sum per channel, and the norm's own sums: 2^-48 covers 32 channels.
          expect(Math.abs(size - norm(x))).toBeLessThanOrEqual(2 ** -48 * norm(x))
        }),
      )
    })

    test('rotating by the opposite angles undoes it', () => {
      fc.assert(
        fc.property(headAndAngles, ([x, angles]) => {
          const there = rotate(x, angles, pairing)
          const back = rotate(
            there,
            Float64Array.from(angles, (a) => -a),
            pairing,
          )
          expect(pairError(back, Float64Array.from(x), pairing)).toBeLessThan(2 ** -50)
        }),
      )
    })

    test('R(a) R(b) = R(a + b)', () => {
      const wholeAngles = headAndAngles.map(([x, angles]) => [x, angles.map(Math.round)] as const)
      fc.assert(
        fc.property(wholeAngles, fc.integer({ min: -1000, max: 1000 }), ([x, angles], b) => {
          // Whole numbers of radians, so that a + b is exact and no error comes from the angle.
          const twice = rotate(
            rotate(x, angles, pairing),
            angles.map(() => b),
            pairing,
          )
          const once = rotate(
            x,
            angles.map((a) => a + b),
            pairing,
          )
          expect(pairError(twice, once, pairing)).toBeLessThan(2 ** -50)
        }),
      )
    })
  })

  test('the inner product of two rotated heads depends on the difference of positions only', () => {
    const pairs = 8
    const head = fc.array(number(10), { minLength: 2 * pairs, maxLength: 2 * pairs })
    const position = fc.integer({ min: -100_000, max: 100_000 })
    // Frequencies that are whole multiples of 1/16: every product with a position is exact.
    const frequencies = Array.from({ length: pairs }, (_, i) => (2 * i + 1) / 16)
    const turned = (x: number[], m: number): Float64Array =>
      rotateByElements(
        x,
        frequencies.map((f) => m * f),
        pairing,
      )
    fc.assert(
      fc.property(head, head, position, position, position, (q, k, m, n, shift) => {
        const score = dot(turned(q, m), turned(k, n))
        const shifted = dot(turned(q, m + shift), turned(k, n + shift))
        expect(Math.abs(score - shifted)).toBeLessThanOrEqual(2 ** -46 * norm(q) * norm(k))
      }),
    )
  })

  test('the matrix is orthogonal, and a product of matrices is the matrix of the sum', () => {
    const [a, b] = [
      [1, 2, 3],
      [4, -5, 6],
    ]
    const product = blockDiagonalMatrix(b, pairing).map((_, c) =>
      applyMatrix(blockDiagonalMatrix(a, pairing), column(blockDiagonalMatrix(b, pairing), c)),
    )
    const sum = blockDiagonalMatrix([5, -3, 9], pairing)
    product.forEach((found, c) => {
      const gaps = found.map((value, r) => Math.abs(value - (sum[r]?.[c] ?? Number.NaN)))
      expect(Math.max(...gaps)).toBeLessThan(2 ** -51)
    })
    const gram = sum.map((row) => sum.map((other) => dot(row, other)))
    gram.forEach((row, r) =>
      row.forEach((value, c) => expect(value).toBeCloseTo(r === c ? 1 : 0, 15)),
    )
  })
})

function column(matrix: readonly (readonly number[])[], c: number): number[] {
  return matrix.map((row) => row[c] ?? Number.NaN)
}

describe('as printed in the paper', () => {
  test('equation 13: the 2x2 matrix', () => {
    const third = Math.PI / 3
    expect(rotationMatrix(third)).toEqual([
      [Math.cos(third), -Math.sin(third)],
      [Math.sin(third), Math.cos(third)],
    ])
  })

  test('equation 15: blocks on the diagonal, zero elsewhere', () => {
    const [c1, s1, c2, s2] = [Math.cos(1), Math.sin(1), Math.cos(2), Math.sin(2)]
    expect(blockDiagonalMatrix([1, 2], 'interleaved')).toEqual([
      [c1, -s1, 0, 0],
      [s1, c1, 0, 0],
      [0, 0, c2, -s2],
      [0, 0, s2, c2],
    ])
    expect(blockDiagonalMatrix([1, 2], 'half')).toEqual([
      [c1, 0, -s1, 0],
      [0, c2, 0, -s2],
      [s1, 0, c1, 0],
      [0, s2, 0, c2],
    ])
  })

  test('equation 34: the second vector', () => {
    expect(Array.from(quarterTurn([1, 2, 3, 4, 5, 6], 'interleaved'))).toEqual([
      -2, 1, -4, 3, -6, 5,
    ])
    expect(Array.from(quarterTurn([1, 2, 3, 4, 5, 6], 'half'))).toEqual([-4, -5, -6, 1, 2, 3])
  })
})
