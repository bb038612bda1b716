/**
 * Rows of float64: plain double arithmetic, one rounding per operation by nature.
 * Its own file, and not a parameter of the float32 rows, so that each loop sees one array type
 * and stays monomorphic for the compiler.
 */

/** One row from `x` to `y`, each with its own strides; `y` may be `x`. */
export function rotateRowFloat64(
  x: Float64Array,
  at: number,
  step: number,
  partner: number,
  y: Float64Array,
  to: number,
  toStep: number,
  toPartner: number,
  cos: Float64Array,
  sin: Float64Array,
  row: number,
  pairs: number,
): void {
  for (let i = 0; i < pairs; i++) {
    const c = cos[row + i] as number
    const s = sin[row + i] as number
    const a = x[at + i * step] as number
    const b = x[at + i * step + partner] as number
    y[to + i * toStep] = a * c - b * s
    y[to + i * toStep + toPartner] = b * c + a * s
  }
}
