/**
 * The long-term decay of RoPE (RoFormer, section 3.4.3): the score of two tokens is bounded by the
 * partial sums S_j of e^(i (m - n) theta), whose mean falls as the tokens move apart.
 */
import type { PairingName } from '../contract/pairing.js'
import { at } from './element.js'
import {
  type Complex,
  conjugate,
  multiplyComplex,
  toComplex,
  unitComplex,
} from './faces/complex.js'

const modulus = ({ re, im }: Complex): number => Math.hypot(re, im)

/** h_i = q_i k_i*, one complex number per pair (RoFormer, equation 35). */
export function pairProducts(
  query: ArrayLike<number>,
  key: ArrayLike<number>,
  pairing: PairingName,
): readonly Complex[] {
  const keys = toComplex(key, pairing)
  return toComplex(query, pairing).map((q, i) =>
    multiplyComplex(q, conjugate(keys[i] ?? { re: Number.NaN, im: Number.NaN })),
  )
}

/**
 * `sum over i of h_i e^(i (m - n) theta_i)` (RoFormer, equation 35). Its real part is the score of
 * a query at m and a key at n.
 *
 * @param distance m - n
 */
export function complexScore(
  products: readonly Complex[],
  distance: number,
  frequencies: ArrayLike<number>,
): Complex {
  return products.reduce(
    (sum, h, i) => {
      const term = multiplyComplex(h, unitComplex(distance * at(frequencies, i)))
      return { re: sum.re + term.re, im: sum.im + term.im }
    },
    { re: 0, im: 0 },
  )
}

/** S_1 ... S_(d/2), where S_j is the sum of `e^(i (m - n) theta_i)` over i < j (section 3.4.3). */
export function partialSums(distance: number, frequencies: ArrayLike<number>): readonly Complex[] {
  let sum: Complex = { re: 0, im: 0 }
  return Array.from(frequencies, (frequency) => {
    const turn = unitComplex(distance * frequency)
    sum = { re: sum.re + turn.re, im: sum.im + turn.im }
    return sum
  })
}

/** h_(i+1) - h_i for every i, with h_(d/2) = 0 (RoFormer, equation 36). */
export function productSteps(products: readonly Complex[]): readonly Complex[] {
  return products.map((h, i) => {
    const next = products[i + 1] ?? { re: 0, im: 0 }
    return { re: next.re - h.re, im: next.im - h.im }
  })
}

/** The two bounds of RoFormer, equation 37, on the modulus of `complexScore`. */
export interface DecayBounds {
  /** `sum of |S_(i+1)| |h_(i+1) - h_i|`: the first line of the equation. */
  readonly sum: number
  /** `(max |h_(i+1) - h_i|) * sum of |S_(i+1)|`: the last line; never below `sum`. */
  readonly product: number
}

/** The bounds on a score at a distance (RoFormer, equation 37). */
export function decayBounds(
  products: readonly Complex[],
  distance: number,
  frequencies: ArrayLike<number>,
): DecayBounds {
  const sums = partialSums(distance, frequencies).map(modulus)
  const steps = productSteps(products).map(modulus)
  return {
    sum: steps.reduce((total, step, i) => total + step * at(sums, i), 0),
    product: Math.max(0, ...steps) * sums.reduce((total, size) => total + size, 0),
  }
}

/** The mean of |S_1| ... |S_(d/2)|: the curve of RoFormer, figure 2. */
export function meanPartialSum(distance: number, frequencies: ArrayLike<number>): number {
  const sums = partialSums(distance, frequencies).map(modulus)
  return sums.reduce((total, size) => total + size, 0) / sums.length
}
