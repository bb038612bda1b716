/**
 * The arithmetic of a small transformer, written to be read. Values are stored as float32 and
 * summed in double precision; nothing here knows what a model is.
 */

/** A row-major matrix: `data[row * columns + column]`. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

/** One row of a matrix, in place. */
export function row(matrix: Matrix, index: number): Float32Array {
  return matrix.data.subarray(index * matrix.columns, (index + 1) * matrix.columns)
}

/** The sum of a[i] * b[start + i]. */
export function dot(a: Float32Array, b: Float32Array, start = 0): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[start + i] as number)
  return sum
}

/** out = matrix * vector, with `out` of length rows. */
export function multiply(matrix: Matrix, vector: Float32Array, out: Float32Array): void {
  const { rows, columns, data } = matrix
  for (let r = 0; r < rows; r += 1) out[r] = dot(vector, data, r * columns)
}

/** target[i] += factor * source[start + i]. */
export function addScaled(
  target: Float32Array,
  source: Float32Array,
  factor: number,
  start = 0,
): void {
  for (let i = 0; i < target.length; i += 1) {
    target[i] = (target[i] as number) + factor * (source[start + i] as number)
  }
}

/** out = x / rms(x) * weight, where rms is the root of the mean square plus epsilon (RMSNorm). */
export function normalise(
  x: Float32Array,
  weight: Float32Array,
  epsilon: number,
  out: Float32Array,
): void {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + epsilon)
  for (let i = 0; i < x.length; i += 1) out[i] = (x[i] as number) * scale * (weight[i] as number)
}

/** Turns scores into weights that are positive and sum to 1, in place. */
export function softmax(scores: Float32Array): void {
  // Subtracting the largest score first changes nothing but keeps exp from overflowing.
  const largest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  let sum = 0
  for (let i = 0; i < scores.length; i += 1) {
    const weight = Math.exp((scores[i] as number) - largest)
    scores[i] = weight
    sum += weight
  }
  for (let i = 0; i < scores.length; i += 1) scores[i] = (scores[i] as number) / sum
}

/** gate = silu(gate) * up, element by element, where silu(x) = x / (1 + exp(-x)) (SwiGLU). */
export function gateWithSilu(gate: Float32Array, up: Float32Array): void {
  for (let i = 0; i < gate.length; i += 1) {
    const x = gate[i] as number
    gate[i] = (x / (1 + Math.exp(-x))) * (up[i] as number)
  }
}

/** The index of the largest value; the first one of equals. */
export function indexOfLargest(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i += 1) {
    if ((values[i] as number) > (values[best] as number)) best = i
  }
  return best
}
