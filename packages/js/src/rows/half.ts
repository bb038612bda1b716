/**
 * Rows of float16 and bfloat16: widened to float32 (exact) in a scratch row, rotated there by the
 * float32 row, and rounded once to nearest even on the way back. Separate loops keep each one
 * free of store-to-load stalls. The scratch row is planar, so the pairing is gone after loading.
 */
import { narrowToBFloat16, narrowToFloat16, widenFloat16 } from '@rope/core/backend'
import { rotateRow } from './float32.js'

/** Rotates one row of 16-bit floats from `x` to `y`; `y` may be `x`. */
export type RotateHalfRow = (
  x: Uint16Array,
  at: number,
  step: number,
  partner: number,
  y: Uint16Array,
  to: number,
  toStep: number,
  toPartner: number,
  cos: Float64Array,
  sin: Float64Array,
  row: number,
  pairs: number,
) => void

let widenedBits: Uint32Array | undefined

/** float32 bits of every float16: 256 kB, made on first use, faster than any arithmetic. */
function widenTable(): Uint32Array {
  if (widenedBits === undefined) {
    widenedBits = new Uint32Array(65536)
    for (let bits = 0; bits < 65536; bits++) widenedBits[bits] = widenFloat16(bits)
  }
  return widenedBits
}

/** The float16 row function, with scratch memory for windows of up to `pairs` pairs. */
export function createFloat16Row(pairs: number): RotateHalfRow {
  const values = new Float32Array(2 * pairs)
  const bits = new Uint32Array(values.buffer)
  const widened = widenTable()
  return (x, at, step, partner, y, to, toStep, toPartner, cos, sin, row, n) => {
    for (let i = 0; i < n; i++) {
      bits[i] = widened[x[at + i * step] as number] as number
      bits[n + i] = widened[x[at + i * step + partner] as number] as number
    }
    rotateRow(values, 0, 1, n, cos, sin, row, n)
    for (let i = 0; i < n; i++) {
      y[to + i * toStep] = narrowToFloat16(bits[i] as number)
      y[to + i * toStep + toPartner] = narrowToFloat16(bits[n + i] as number)
    }
  }
}

/** The bfloat16 row function, with scratch memory for windows of up to `pairs` pairs. */
export function createBFloat16Row(pairs: number): RotateHalfRow {
  const values = new Float32Array(2 * pairs)
  const bits = new Uint32Array(values.buffer)
  return (x, at, step, partner, y, to, toStep, toPartner, cos, sin, row, n) => {
    for (let i = 0; i < n; i++) {
      bits[i] = (x[at + i * step] as number) << 16
      bits[n + i] = (x[at + i * step + partner] as number) << 16
    }
    rotateRow(values, 0, 1, n, cos, sin, row, n)
    for (let i = 0; i < n; i++) {
      y[to + i * toStep] = narrowToBFloat16(bits[i] as number)
      y[to + i * toStep + toPartner] = narrowToBFloat16(bits[n + i] as number)
    }
  }
}
