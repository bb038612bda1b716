/**
 * Attention on typed arrays, after q and k have been turned: softmax attention, and linear attention
 * with its two sets of features.
 */
import type { Matrix } from './matrix.js'

/** Sees how a query of a head shares its attention out among its keys. */
export type Watch = (head: number, query: number, shares: Float64Array) => void

/** How many heads, and which keys a query sees. */
export interface AttentionShape {
  readonly heads: number
  readonly causal: boolean
  readonly watch?: Watch
}

/** Gives the weight of every seen key for a query of a head; the sum of what it writes is `total`. */
type Weigh = (head: number, query: number, keys: number, weights: Float64Array) => number

/** softmax(q k^T / sqrt(headDim)) v; all are [tokens, heads * headDim]. */
export function softmaxAttention(q: Matrix, k: Matrix, v: Matrix, shape: AttentionShape): Matrix {
  const headDim = q.columns / shape.heads
  const scale = 1 / Math.sqrt(headDim)
  return mix(v, shape, (head, query, keys, weights) => {
    let largest = Number.NEGATIVE_INFINITY
    for (let key = 0; key < keys; key++) {
      const score = scale * dot(q, query, k, key, head, headDim)
      weights[key] = score
      if (score > largest) largest = score
    }
    let total = 0
    for (let key = 0; key < keys; key++) {
      const weight = Math.exp((weights[key] as number) - largest)
      weights[key] = weight
      total += weight
    }
    return total
  })
}

/** The features of linear attention: as they are, and as RoPE turned them. */
export interface LinearFeatures {
  /** phi(x) = elu(x) + 1, positive. */
  readonly plain: Matrix
  readonly turned: Matrix
}

/** RoFormer's equation 19: turned features in the numerator, plain ones in the denominator. */
export function linearAttention(
  q: LinearFeatures,
  k: LinearFeatures,
  v: Matrix,
  shape: AttentionShape,
): Matrix {
  const headDim = v.columns / shape.heads
  return mix(v, shape, (head, query, keys, weights) => {
    let total = 0
    for (let key = 0; key < keys; key++) {
      weights[key] = dot(q.turned, query, k.turned, key, head, headDim)
      total += dot(q.plain, query, k.plain, key, head, headDim)
    }
    return total
  })
}

/** elu(x) + 1: positive everywhere. */
export function phi(x: Matrix): Matrix {
  return { ...x, data: x.data.map((value) => (value > 0 ? value + 1 : Math.exp(value))) }
}

function dot(a: Matrix, i: number, b: Matrix, j: number, head: number, headDim: number): number {
  const from = i * a.columns + head * headDim
  const to = j * b.columns + head * headDim
  return product(a.data, from, b.data, to, headDim)
}

/** The inner loop of everything: on arrays, not on objects that hold them, and two sums at a time. */
function product(
  a: Float32Array,
  from: number,
  b: Float32Array,
  to: number,
  count: number,
): number {
  let even = 0
  let odd = 0
  for (let c = 0; c + 1 < count; c += 2) {
    even += (a[from + c] as number) * (b[to + c] as number)
    odd += (a[from + c + 1] as number) * (b[to + c + 1] as number)
  }
  return even + odd
}

function addScaled(
  sums: Float64Array,
  values: Float32Array,
  from: number,
  weight: number,
  count: number,
): void {
  for (let c = 0; c < count; c++) {
    sums[c] = (sums[c] as number) + weight * (values[from + c] as number)
  }
}

/** The mean of the values, weighed: one row per query and head. */
function mix(v: Matrix, { heads, causal, watch }: AttentionShape, weigh: Weigh): Matrix {
  const { rows, columns, data: values } = v
  const headDim = columns / heads
  const data = new Float32Array(rows * columns)
  const weights = new Float64Array(rows)
  const sums = new Float64Array(headDim)
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < rows; query++) {
      const keys = causal ? query + 1 : rows
      const total = weigh(head, query, keys, weights)
      sums.fill(0)
      for (let key = 0; key < keys; key++) {
        const from = key * columns + head * headDim
        addScaled(sums, values, from, weights[key] as number, headDim)
      }
      const to = query * columns + head * headDim
      for (let c = 0; c < headDim; c++) data[to + c] = (sums[c] as number) / total
      watch?.(
        head,
        query,
        weights.subarray(0, keys).map((weight) => weight / total),
      )
    }
  }
  return { rows, columns, data }
}
