/**
 * The long-term decay of the paper, section 3.4.3: the identity behind the bound, the bound itself,
 * and the falling curve.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Complex,
  complexScore,
  decayBounds,
  dot,
  meanPartialSum,
  multiplyComplex,
  pairProducts,
  partialSums,
  productSteps,
  rotateByElements,
} from '../../src/reference/index.js'

/** Default frequencies of 128 channels, as in the paper's figure 2. */
const frequencies = Array.from({ length: 64 }, (_, i) => 10000 ** (-i / 64))

const channel = fc
  .double({ min: -4, max: 4, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-100 ? 0 : value))
const head = fc.array(channel, { minLength: 128, maxLength: 128 })
const distances = fc.integer({ min: 0, max: 100_000 })

const modulus = ({ re, im }: Complex): number => Math.hypot(re, im)

describe('equation 35', () => {
  test('the score of two rotated heads is the real part of the complex score', () => {
    fc.assert(
      fc.property(head, head, distances, (q, k, distance) => {
        const turned = rotateByElements(
          q,
          frequencies.map((frequency) => distance * frequency),
          'interleaved',
        )
        const score = complexScore(pairProducts(q, k, 'interleaved'), distance, frequencies)
        // 64 terms of at most 32 each, every one off by a few 2^-53.
        expect(Math.abs(score.re - dot(turned, k))).toBeLessThanOrEqual(64 * 32 * 2 ** -46)
      }),
    )
  })
})

describe('equation 36', () => {
  test('summation by parts: the score is - sum of S_(i+1) (h_(i+1) - h_i)', () => {
    fc.assert(
      fc.property(head, head, distances, (q, k, distance) => {
        const products = pairProducts(q, k, 'half')
        const sums = partialSums(distance, frequencies)
        const byParts = productSteps(products).reduce(
          (sum, step, i) => {
            const term = multiplyComplex(sums[i] ?? { re: Number.NaN, im: Number.NaN }, step)
            return { re: sum.re - term.re, im: sum.im - term.im }
          },
          { re: 0, im: 0 },
        )
        const score = complexScore(products, distance, frequencies)
        const gap = modulus({ re: byParts.re - score.re, im: byParts.im - score.im })
        // 64 terms of at most 64 (a partial sum) times 64 (a step).
        expect(gap).toBeLessThanOrEqual(64 * 64 * 64 * 2 ** -48)
      }),
    )
  })
})

describe('equation 37', () => {
  test('both bounds hold for any heads at any distance', () => {
    fc.assert(
      fc.property(head, head, distances, (q, k, distance) => {
        const products = pairProducts(q, k, 'interleaved')
        const size = modulus(complexScore(products, distance, frequencies))
        const bounds = decayBounds(products, distance, frequencies)
        const rounding = 64 * 64 * 64 * 2 ** -48
        expect(size).toBeLessThanOrEqual(bounds.sum + rounding)
        expect(bounds.sum).toBeLessThanOrEqual(bounds.product * (1 + 2 ** -45))
      }),
      { numRuns: 1000 },
    )
  })

  test('the first bound is reached by constant products: only the last step is not zero', () => {
    const products = frequencies.map(() => ({ re: 3, im: -4 }))
    for (const distance of [0, 1, 7, 500, 100_000]) {
      const { sum } = decayBounds(products, distance, frequencies)
      const size = modulus(complexScore(products, distance, frequencies))
      expect(Math.abs(sum - size)).toBeLessThanOrEqual(5 * 64 * 2 ** -46)
    }
  })

  test('the second bound is reached at distance 0 by products with equal steps', () => {
    const products = frequencies.map((_, i) => ({ re: 64 - i, im: 0 }))
    const { sum, product } = decayBounds(products, 0, frequencies)
    expect(sum).toBe(product)
    expect(complexScore(products, 0, frequencies)).toEqual({ re: product, im: 0 })
  })
})

describe('figure 2: the mean of |S_j|', () => {
  const curve = Array.from({ length: 4096 }, (_, distance) => meanPartialSum(distance, frequencies))
  const mean = (from: number, to: number): number =>
    curve.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from)

  test('starts at its largest value, (d/2 + 1)/2', () => {
    expect(curve[0]).toBe(32.5)
    expect(Math.max(...curve.slice(1))).toBeLessThan(32.5)
  })

  test('decays: every octave of distances has a smaller mean than the one before', () => {
    const octaves = Array.from({ length: 12 }, (_, k) => mean(2 ** k, 2 ** (k + 1)))
    octaves.slice(1).forEach((value, k) => expect(value).toBeLessThan(octaves[k] ?? 0))
  })

  test('does not decay when all pairs turn alike: the frequencies make it', () => {
    const alike = frequencies.map(() => 1)
    expect(meanPartialSum(1000, alike)).toBeCloseTo(32.5, 10)
  })

  test('is the same before and after', () => {
    for (const distance of [1, 10, 1000]) {
      expect(meanPartialSum(-distance, frequencies)).toBe(curve[distance])
    }
  })
})
