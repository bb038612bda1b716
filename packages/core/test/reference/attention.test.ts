/**
 * Attention with RoPE: softmax attention sees relative positions only, and linear attention equals
 * the double sum of the paper's equation 19.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AttentionRotation,
  attentionScores,
  dot,
  feature,
  linearAttention,
  rotateByBlockDiagonal,
  softmaxAttention,
  softmaxWeights,
  type Tokens,
} from '../../src/reference/index.js'

/** Frequencies that are exact in double, so that position * frequency is exact as well. */
const rotation: AttentionRotation = { frequencies: [1, 0.25, 0.0625], pairing: 'half' }

const vector = (size: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size })

const tokens = (count: number): fc.Arbitrary<Tokens> =>
  fc.record({
    vectors: fc.array(vector(6), { minLength: count, maxLength: count }),
    positions: fc.array(fc.integer({ min: -5000, max: 5000 }), {
      minLength: count,
      maxLength: count,
    }),
  })

const values = fc.array(vector(4), { minLength: 5, maxLength: 5 })

const moved = ({ vectors, positions }: Tokens, shift: number): Tokens => ({
  vectors,
  positions: Array.from(positions, (position) => position + shift),
})

const flat = (rows: readonly ArrayLike<number>[]): number[] =>
  rows.flatMap((row) => Array.from(row))

const largestGap = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))))

/** Elements are at most 3, so a score is at most 6 * 9; 64 units of 2^-53 of that. */
const SCORE_ERROR = 54 * 2 ** -47

/** `R(Theta, m) x` by the block-diagonal matrix, another face than the one under test uses. */
function rotated(x: ArrayLike<number>, position: number): Float64Array {
  const angles = Array.from(rotation.frequencies, (frequency) => position * frequency)
  return rotateByBlockDiagonal(x, angles, rotation.pairing)
}

describe('softmax attention', () => {
  test('scores are inner products of rotated queries and keys', () => {
    fc.assert(
      fc.property(tokens(3), tokens(5), (queries, keys) => {
        const expected = queries.vectors.map((q, m) =>
          keys.vectors.map((k, n) =>
            dot(rotated(q, queries.positions[m] ?? 0), rotated(k, keys.positions[n] ?? 0)),
          ),
        )
        const scores = attentionScores(queries, keys, rotation)
        expect(largestGap(flat(scores), flat(expected))).toBeLessThanOrEqual(SCORE_ERROR)
      }),
    )
  })

  test('weights are probabilities and depend on distances only', () => {
    const shifts = fc.integer({ min: -100_000, max: 100_000 })
    fc.assert(
      fc.property(tokens(3), tokens(5), shifts, (queries, keys, shift) => {
        const weights = softmaxWeights(queries, keys, rotation)
        const sums = weights.map((row) => row.reduce((sum, weight) => sum + weight, 0))
        expect(largestGap(sums, [1, 1, 1])).toBeLessThan(2 ** -50)
        expect(Math.min(...flat(weights))).toBeGreaterThan(0)
        const later = softmaxWeights(moved(queries, shift), moved(keys, shift), rotation)
        // An error of e in a score is a relative error of e in its weight, twice with the sum.
        expect(largestGap(flat(later), flat(weights))).toBeLessThanOrEqual(4 * SCORE_ERROR)
      }),
    )
  })

  test('by hand: one pair, a quarter turn makes two equal vectors orthogonal', () => {
    const quarter: AttentionRotation = { frequencies: [Math.PI / 2], pairing: 'half' }
    const query: Tokens = { vectors: [[1, 0]], positions: [0] }
    const vectors = [
      [1, 0],
      [1, 0],
      [1, 0],
    ]
    const keys: Tokens = { vectors, positions: [0, 1, 2] }
    const exponents = [1, 0, -1].map((score) => Math.exp(score / Math.SQRT2))
    const total = exponents.reduce((sum, value) => sum + value, 0)
    const expected = exponents.map((value) => value / total)
    const weights = softmaxWeights(query, keys, quarter)
    expect(largestGap(flat(weights), expected)).toBeLessThan(2 ** -52)
    const [output] = softmaxAttention(
      query,
      keys,
      [
        [1, 0],
        [0, 1],
        [0, 0],
      ],
      quarter,
    )
    expect(largestGap(Array.from(output ?? []), expected.slice(0, 2))).toBeLessThan(2 ** -52)
  })

  test('large scores do not overflow', () => {
    const query: Tokens = { vectors: [[1e3, 0, 0, 0, 0, 0]], positions: [0] }
    const keys: Tokens = {
      vectors: [
        [1e3, 0, 0, 0, 0, 0],
        [-1e3, 0, 0, 0, 0, 0],
      ],
      positions: [0, 0],
    }
    expect(softmaxWeights(query, keys, rotation)).toEqual([[1, 0]])
  })
})

describe('linear attention', () => {
  const features = (x: ArrayLike<number>): number[] => Array.from(x, feature)

  /** Equation 19 as it stands: both sums over n, nothing rearranged. */
  function doubleSum(queries: Tokens, keys: Tokens, v: readonly number[][]): number[][] {
    return queries.vectors.map((query, m) => {
      const turnedQuery = rotated(features(query), queries.positions[m] ?? 0)
      let normaliser = 0
      const sum = [0, 0, 0, 0]
      keys.vectors.forEach((key, n) => {
        const weight = dot(turnedQuery, rotated(features(key), keys.positions[n] ?? 0))
        normaliser += dot(features(query), features(key))
        sum.forEach((_, c) => {
          sum[c] = (sum[c] ?? 0) + weight * (v[n]?.[c] ?? Number.NaN)
        })
      })
      return sum.map((value) => value / normaliser)
    })
  }

  const ones = (count: number): number[][] => Array.from({ length: count }, () => [1, 1, 1, 1])

  /**
   * |weight| is at most |phi(q)| |phi(k)|, and with features between e^-3 and 4 the ratio to the
   * normaliser phi(q) . phi(k) is below 41 (Polya and Szego); values are at most 3.
   */
  const OUTPUT_ERROR = 41 * 3 * 2 ** -46

  test('equals the double sum of equation 19', () => {
    fc.assert(
      fc.property(tokens(3), tokens(5), values, (queries, keys, v) => {
        const outputs = linearAttention(queries, keys, v, rotation)
        const gap = largestGap(flat(outputs), flat(doubleSum(queries, keys, v)))
        expect(gap).toBeLessThanOrEqual(OUTPUT_ERROR)
      }),
    )
  })

  test('depends on distances only', () => {
    const shifts = fc.integer({ min: -100_000, max: 100_000 })
    fc.assert(
      fc.property(tokens(3), tokens(5), values, shifts, (queries, keys, v, shift) => {
        const here = linearAttention(queries, keys, v, rotation)
        const there = linearAttention(moved(queries, shift), moved(keys, shift), v, rotation)
        expect(largestGap(flat(here), flat(there))).toBeLessThanOrEqual(OUTPUT_ERROR)
      }),
    )
  })

  test('without distance the weights sum to 1: a constant stays that constant', () => {
    const together = fc.tuple(tokens(3), tokens(5), fc.integer({ min: -5000, max: 5000 }))
    fc.assert(
      fc.property(together, ([queries, keys, position]) => {
        const at = ({ vectors }: Tokens): Tokens => ({
          vectors,
          positions: vectors.map(() => position),
        })
        const outputs = linearAttention(at(queries), at(keys), ones(5), rotation)
        expect(largestGap(flat(outputs), flat(ones(3)))).toBeLessThanOrEqual(OUTPUT_ERROR)
      }),
    )
  })

  test('the normaliser is not rotated: no distance makes a weight exceed 1', () => {
    // (R phi(q)) . (R phi(k)) <= |phi(q)| |phi(k)|, with equality for q = k at the same position.
    const one = tokens(1)
    fc.assert(
      fc.property(one, fc.integer({ min: -5000, max: 5000 }), (query, distance) => {
        const key = moved(query, distance)
        const [output] = linearAttention(query, key, ones(1), rotation)
        expect(Math.abs(output?.[0] ?? Number.NaN)).toBeLessThanOrEqual(1 + OUTPUT_ERROR)
      }),
    )
  })

  test('opposite directions give a negative weight over a positive normaliser', () => {
    const half: AttentionRotation = { frequencies: [Math.PI], pairing: 'half' }
    const query: Tokens = { vectors: [[1, 2]], positions: [0] }
    const key: Tokens = { vectors: [[1, 2]], positions: [1] }
    const [output] = linearAttention(query, key, [[5]], half)
    expect(output?.[0]).toBeCloseTo(-5, 13)
  })

  test('the feature map is elu(x) + 1: positive and continuous', () => {
    expect([-1, 0, 2].map(feature)).toEqual([Math.exp(-1), 1, 3])
  })
})
