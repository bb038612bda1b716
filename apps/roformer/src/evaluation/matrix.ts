/**
 * The arithmetic of a trained model on typed arrays, written to be read. Rows are tokens.
 */

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array<ArrayBuffer>
}

/** x [rows, from] times weight [from, to], plus bias [to]. */
export function linear(x: Matrix, weight: Float32Array, bias: Float32Array): Matrix {
  const to = bias.length
  const data = new Float32Array(x.rows * to)
  for (let row = 0; row < x.rows; row++) {
    const out = data.subarray(row * to, (row + 1) * to)
    out.set(bias)
    for (let i = 0; i < x.columns; i++) {
      const scale = x.data[row * x.columns + i] as number
      const from = i * to
      for (let j = 0; j < to; j++) {
        out[j] = (out[j] as number) + scale * (weight[from + j] as number)
      }
    }
  }
  return { rows: x.rows, columns: to, data }
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
