/**
 * The model oracle as plain loops over typed arrays, for the many rotations that the suite judges:
 * the arithmetic of reference/model.ts, bit for bit, which its tests compare it with. There every
 * number is rounded from its exact value; here products and sums are rounded by Math.fround.
 */
import type { DType, Elements } from '../../numbers/dtype.js'
import { pairChannels } from '../../reference/channels.js'
import {
  checkSizes,
  type LogicalSizes,
  type LogicalWindow,
} from '../../reference/logical-tensor.js'
import { type HalfValues, halfValues } from '../memory/half-values.js'

/** Rows of cos and sin, one per (batch, token). */
interface ModelRows {
  readonly cos: ArrayLike<number>
  readonly sin: ArrayLike<number>
}

/** One head: the element where its window begins, and the row value of its first pair. */
type RotateHead = (first: number, row: number) => void

/** The window of a head as numbers: how many pairs, and the distances between their members. */
export interface Steps {
  readonly pairs: number
  readonly step: number
  readonly partner: number
}

/** Where the pairs of a window are, as distances. */
export function stepsOf({ pairing, rotaryDim }: LogicalWindow): Steps {
  const pairs = rotaryDim / 2
  const first = pairChannels(pairing, 0, pairs)
  return { pairs, step: pairChannels(pairing, 1, pairs).x - first.x, partner: first.y - first.x }
}

const round = Math.fround

function float64Head(
  out: Float64Array,
  { cos, sin }: ModelRows,
  { pairs, step, partner }: Steps,
  direction: 1 | -1,
): RotateHead {
  return (first, row) => {
    for (let i = 0, p = first; i < pairs; i++, p += step) {
      const c = cos[row + i] as number
      const s = direction * (sin[row + i] as number)
      const x = out[p] as number
      const y = out[p + partner] as number
      out[p] = x * c - y * s
      out[p + partner] = y * c + x * s
    }
  }
}

function float32Head(
  out: Float32Array,
  { cos, sin }: ModelRows,
  { pairs, step, partner }: Steps,
  direction: 1 | -1,
): RotateHead {
  return (first, row) => {
    for (let i = 0, p = first; i < pairs; i++, p += step) {
      const c = cos[row + i] as number
      const s = direction * (sin[row + i] as number)
      const x = out[p] as number
      const y = out[p + partner] as number
      out[p] = round(round(x * c) - round(y * s))
      out[p + partner] = round(round(y * c) + round(x * s))
    }
  }
}

function halfHead(
  out: Uint16Array,
  { cos, sin }: ModelRows,
  { pairs, step, partner }: Steps,
  direction: 1 | -1,
  { values, narrow }: HalfValues,
): RotateHead {
  return (first, row) => {
    for (let i = 0, p = first; i < pairs; i++, p += step) {
      const c = cos[row + i] as number
      const s = direction * (sin[row + i] as number)
      const x = values[out[p] as number] as number
      const y = values[out[p + partner] as number] as number
      out[p] = narrow(round(round(x * c) - round(y * s)))
      out[p + partner] = narrow(round(round(y * c) + round(x * s)))
    }
  }
}

function headOf(
  out: Elements,
  dtype: DType,
  rows: ModelRows,
  steps: Steps,
  direction: 1 | -1,
): RotateHead {
  if (dtype === 'float64') return float64Head(out as Float64Array, rows, steps, direction)
  if (dtype === 'float32') return float32Head(out as Float32Array, rows, steps, direction)
  return halfHead(out as Uint16Array, rows, steps, direction, halfValues(dtype))
}

/**
 * Rotates as `modelRotate` of the reference does: the same arguments, the same bits.
 *
 * @throws RopeError INVALID_TENSOR when lengths and sizes do not fit together
 */
export function quickModel<Data extends Elements>(
  x: Data,
  dtype: DType,
  sizes: LogicalSizes,
  window: LogicalWindow,
  rows: ModelRows,
  direction: 1 | -1,
): Data {
  checkSizes(sizes, window, x.length, Math.min(rows.cos.length, rows.sin.length))
  const out = x.slice() as Data
  const steps = stepsOf(window)
  const rotateHead = headOf(out, dtype, rows, steps, direction)
  let first = window.windowOffset
  for (let row = 0; row < sizes.batch * sizes.tokens; row++) {
    for (let head = 0; head < sizes.heads; head++, first += sizes.headDim) {
      rotateHead(first, row * steps.pairs)
    }
  }
  return out
}
