/**
 * The arithmetic of a trained model on typed arrays, written to be read. Rows are tokens.
 */

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array<ArrayBuffer>
}

/** x [rows, from] times weight [from, to], plus bias [to]; `from` is a multiple of four. */
export function linear(x: Matrix, weight: Float32Array, bias: Float32Array): Matrix {
  const { rows, columns } = x
  const to = bias.length
  const data = new Float32Array(rows * to)
  for (let row = 0; row < rows; row++) {
    const out = row * to
    data.set(bias, out)
    // Four rows of the weight at a time: the sums are read and written a quarter as often.
    for (let i = row * columns, w = 0; i < (row + 1) * columns; i += 4, w += 4 * to) {
      const [a, b] = [x.data[i] as number, x.data[i + 1] as number]
      const [c, d] = [x.data[i + 2] as number, x.data[i + 3] as number]
      for (let j = 0; j < to; j++) {
        const sum =
          a * (weight[w + j] as number) +
          b * (weight[w + to + j] as number) +
          c * (weight[w + 2 * to + j] as number) +
          d * (weight[w + 3 * to + j] as number)
        data[out + j] = (data[out + j] as number) + sum
      }
    }
  }
  return { rows, columns: to, data }
}

/** Each row brought to mean 0 and variance 1, then scaled and shifted. */
export function layerNorm(
  x: Matrix,
  gain: Float32Array,
  bias: Float32Array,
  epsilon: number,
): Matrix {
  const { rows, columns } = x
  const data = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const values = x.data.subarray(row * columns, (row + 1) * columns)
    const mean = values.reduce((sum, value) => sum + value, 0) / columns
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns
    const scale = 1 / Math.sqrt(variance + epsilon)
    for (let i = 0; i < columns; i++) {
      const value = ((values[i] as number) - mean) * scale
      data[row * columns + i] = value * (gain[i] as number) + (bias[i] as number)
    }
  }
  return { rows, columns, data }
}

/** Negative values become 0, in place. */
export function relu(x: Matrix): Matrix {
  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.max(0, x.data[i] as number)
  return x
}

/** The sum of two matrices of one shape. */
export function add(x: Matrix, y: Matrix): Matrix {
  return { ...x, data: x.data.map((value, i) => value + (y.data[i] as number)) }
}

/** -log softmax(row)[target], in nats. */
export function surprise(logits: Float32Array, target: number): number {
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0)
  return Math.log(sum) + largest - (logits[target] as number)
}
