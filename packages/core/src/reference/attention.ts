/**
 * Attention with RoPE for small sizes: softmax attention (RoFormer, equations 2 and 16) and linear
 * attention (equations 17 to 19). Queries and keys are lists of heads, one head per token.
 */
import type { PairingName } from '../contract/pairing.js'
import { at } from './element.js'
import { rotateByElements } from './faces/element-wise.js'

/** Tokens of one attention head: `vectors[token]` stands at `positions[token]`. */
export interface Tokens {
  readonly vectors: readonly ArrayLike<number>[]
  readonly positions: ArrayLike<number>
}

/** How tokens are rotated. */
export interface AttentionRotation {
  /** Radians per position, one per pair. */
  readonly frequencies: ArrayLike<number>
  readonly pairing: PairingName
}

/** The inner product of two vectors. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, c) => sum + value * at(b, c), 0)
}

/** Every token rotated to its position: `R(Theta, m) x_m` (RoFormer, equation 14). */
export function rotateTokens(tokens: Tokens, rotation: AttentionRotation): Float64Array[] {
  return tokens.vectors.map((vector, token) => {
    const position = at(tokens.positions, token)
    const angles = Float64Array.from(rotation.frequencies, (frequency) => position * frequency)
    return rotateByElements(vector, angles, rotation.pairing)
  })
}

/** `(R_m q_m)^T (R_n k_n)` of every query and key (RoFormer, equation 16): `scores[query][key]`. */
export function attentionScores(
  queries: Tokens,
  keys: Tokens,
  rotation: AttentionRotation,
): number[][] {
  const turnedKeys = rotateTokens(keys, rotation)
  return rotateTokens(queries, rotation).map((q) => turnedKeys.map((k) => dot(q, k)))
}

/** `e^score / sum of e^score`; the largest score is taken off first, so that nothing overflows. */
function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores)
  const weights = scores.map((score) => Math.exp(score - largest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/**
 * Softmax attention weights with RoPE (RoFormer, equations 2 and 16), scaled by 1/sqrt(headDim):
 * `weights[query][key]`, each row a probability distribution.
 */
export function softmaxWeights(
  queries: Tokens,
  keys: Tokens,
  rotation: AttentionRotation,
): number[][] {
  const headDim = 2 * rotation.frequencies.length
  return attentionScores(queries, keys, rotation).map((row) =>
    softmax(row.map((score) => score / Math.sqrt(headDim))),
  )
}

/** Softmax attention with RoPE: one output per query, the weighted mean of `values`. */
export function softmaxAttention(
  queries: Tokens,
  keys: Tokens,
  values: readonly ArrayLike<number>[],
  rotation: AttentionRotation,
): Float64Array[] {
  return softmaxWeights(queries, keys, rotation).map((weights) => weightedSum(weights, values))
}

/** `sum over n of weights[n] * vectors[n]`. */
function weightedSum(
  weights: readonly number[],
  vectors: readonly ArrayLike<number>[],
): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  weights.forEach((weight, n) => {
    const vector = vectors[n] ?? []
    sum.forEach((value, c) => {
      sum[c] = value + weight * at(vector, c)
    })
  })
  return sum
}

/** `elu(x) + 1`, the positive feature map of linear attention (RoFormer, section 3.3). */
export function feature(x: number): number {
  return x > 0 ? x + 1 : Math.exp(x)
}

/** Tokens whose vectors went through the feature map. */
function featureTokens(tokens: Tokens): Tokens {
  const vectors = tokens.vectors.map((vector) => Float64Array.from(vector, feature))
  return { vectors, positions: tokens.positions }
}

/**
 * Linear attention with RoPE (RoFormer, equation 19):
 *
 *     out_m = sum_n (R_m phi(q_m))^T (R_n phi(k_n)) v_n  /  sum_n phi(q_m)^T phi(k_n)
 *
 * Only the numerator is rotated: the rotated products may be negative, and the denominator must
 * not vanish. Computed in the order that makes it linear: keys and values are summed into one
 * matrix `sum_n (R_n phi(k_n)) v_n^T` first, which every query then meets once.
 */
export function linearAttention(
  queries: Tokens,
  keys: Tokens,
  values: readonly ArrayLike<number>[],
  rotation: AttentionRotation,
): Float64Array[] {
  const phiQueries = featureTokens(queries)
  const phiKeys = featureTokens(keys)
  const state = keyValueMatrix(rotateTokens(phiKeys, rotation), values)
  const ones = phiKeys.vectors.map(() => 1)
  const keySum = weightedSum(ones, phiKeys.vectors)
  return rotateTokens(phiQueries, rotation).map((query, m) => {
    const normaliser = dot(phiQueries.vectors[m] ?? [], keySum)
    return weightedSum(Array.from(query), state).map((value) => value / normaliser)
  })
}

/** `sum over n of keys[n] values[n]^T`: one row per channel of a key. */
function keyValueMatrix(
  keys: readonly ArrayLike<number>[],
  values: readonly ArrayLike<number>[],
): Float64Array[] {
  const channels = Array.from({ length: keys[0]?.length ?? 0 }, (_, c) => c)
  return channels.map((c) =>
    weightedSum(
      keys.map((key) => at(key, c)),
      values,
    ),
  )
}
