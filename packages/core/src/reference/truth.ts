/**
 * Oracle 1, "truth": the rotation as it is defined, from raw positions, in double. Its angles are
 * exact, its cos and sin are the nearest doubles, so its only errors are those of four products
 * and two sums in double: 2^-51 of the pair's norm. It does not know `angles: 'float32'`.
 */
import type { RopeConfig } from '../config/config.js'
import { at } from './element.js'
import { checkSizes, type LogicalSizes, pairPlaces } from './logical-tensor.js'
import { exactRows, type RowPositions } from './oracle-rows.js'

/**
 * Rotates every head of every token (RoFormer, equations 14 and 15):
 *
 *     (x, y) -> A (x cos - d y sin, y cos + d x sin)        d = direction
 *
 * @param x elements of a dense row-major [batch, tokens, heads, headDim] tensor, widened to numbers
 * @param positions per axis, one position per (batch, token): length batch * tokens
 * @param direction 1 rotates forward; -1 rotates back by the same angles, A unchanged
 * @returns a new array; channels outside the window are copied
 * @throws RopeError INVALID_TENSOR when lengths do not fit, INVALID_POSITIONS when positions do not
 */
export function truthRotate(
  x: ArrayLike<number>,
  sizes: LogicalSizes,
  config: RopeConfig,
  positions: RowPositions,
  direction: 1 | -1,
): Float64Array {
  const rows = exactRows(config, positions, 'float64')
  checkSizes(sizes, config, x.length, rows.cos.length)
  const out = Float64Array.from(x)
  for (const place of pairPlaces(sizes, config)) {
    const cos = at(rows.cos, place.turn)
    const sin = direction * at(rows.sin, place.turn)
    const real = at(x, place.x)
    const imaginary = at(x, place.y)
    out[place.x] = real * cos - imaginary * sin
    out[place.y] = imaginary * cos + real * sin
  }
  return out
}
