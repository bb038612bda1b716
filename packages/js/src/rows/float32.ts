/**
 * Rows of float32. Every product is rounded to float32 (`Math.fround`) and the sum is rounded by
 * the store into the Float32Array, which gives the bits of the model oracle: a product of two
 * float32 is exact in double, and rounding a sum of two float32 first to double and then to
 * float32 rounds like rounding once (53 >= 2 * 24 + 2).
 *
 * Why the code looks as it does, measured on V8 (Node 20 and 24): the conversions between float
 * and double that Math.fround costs are the bottleneck, 30 floating-point operations a pair where
 * a loop without rounding has 18, so tables come as doubles, already converted; two rows at a
 * time share one load of the table and halve the loop overhead; for the heads of one token in
 * cache, columns outside keep cos and sin in registers. A layout is two numbers (step, partner),
 * so both pairings and every stride run the same code. Calling it with either pairing, or with
 * arrays over a SharedArrayBuffer, leaves its speed alone, so there are no copies for those.
 */

/** One row in place: pair i at `at + i * step`, its partner `partner` further. */
export function rotateRow(
  x: Float32Array,
  at: number,
  step: number,
  partner: number,
  cos: Float64Array,
  sin: Float64Array,
  row: number,
  pairs: number,
): void {
  const end = row + pairs
  for (let i = row, p = at; i < end; i++, p += step) {
    const c = cos[i] as number
    const s = sin[i] as number
    const q = p + partner
    const a = x[p] as number
    const b = x[q] as number
    x[p] = Math.fround(a * c) - Math.fround(b * s)
    x[q] = Math.fround(b * c) + Math.fround(a * s)
  }
}

/** Two rows in place that share one row of the table. */
export function rotateTwoRows(
  x: Float32Array,
  first: number,
  second: number,
  step: number,
  partner: number,
  cos: Float64Array,
  sin: Float64Array,
  row: number,
  pairs: number,
): void {
  const end = row + pairs
  for (let i = row, p = first, r = second; i < end; i++, p += step, r += step) {
    const c = cos[i] as number
    const s = sin[i] as number
    const q = p + partner
    const t = r + partner
    const a = x[p] as number
    const b = x[q] as number
    const d = x[r] as number
    const e = x[t] as number
    x[p] = Math.fround(a * c) - Math.fround(b * s)
    x[q] = Math.fround(b * c) + Math.fround(a * s)
    x[r] = Math.fround(d * c) - Math.fround(e * s)
    x[t] = Math.fround(e * c) + Math.fround(d * s)
  }
}

/** The heads of one token in place, column by column, two columns at a time. */
export function rotateColumns(
  x: Float32Array,
  at: number,
  heads: number,
  headStride: number,
  step: number,
  partner: number,
  cos: Float64Array,
  sin: Float64Array,
  row: number,
  pairs: number,
): void {
  const even = pairs - (pairs % 2)
  for (let i = 0; i < even; i += 2) {
    const c = cos[row + i] as number
    const s = sin[row + i] as number
    const c1 = cos[row + i + 1] as number
    const s1 = sin[row + i + 1] as number
    for (let h = 0, p = at + i * step; h < heads; h++, p += headStride) {
      const q = p + partner
      const p1 = p + step
      const q1 = q + step
      const a = x[p] as number
      const b = x[q] as number
      const d = x[p1] as number
      const e = x[q1] as number
      x[p] = Math.fround(a * c) - Math.fround(b * s)
      x[q] = Math.fround(b * c) + Math.fround(a * s)
      x[p1] = Math.fround(d * c1) - Math.fround(e * s1)
      x[q1] = Math.fround(e * c1) + Math.fround(d * s1)
    }
  }
  if (even === pairs) return
  for (let h = 0, p = at + even * step; h < heads; h++, p += headStride) {
    rotateRow(x, p, step, partner, cos, sin, row + even, 1)
  }
}

/** One row from `x` to `y`, each with its own strides. */
export function rotateRowInto(
  x: Float32Array,
  at: number,
  step: number,
  partner: number,
  y: Float32Array,
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
    y[to + i * toStep] = Math.fround(a * c) - Math.fround(b * s)
    y[to + i * toStep + toPartner] = Math.fround(b * c) + Math.fround(a * s)
  }
}
