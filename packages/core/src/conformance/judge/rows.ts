/**
 * Rows of cos and sin as the oracles want them, one per (batch, token): those of a rotation, and
 * the exact ones. These are remembered: arbitrary precision is slow, and hundreds of cases ask for
 * the same positions at the same frequencies.
 */

import { BoundedMap } from '../../bounded-map.js'
import type { RopeConfig } from '../../config/config.js'
import type { Plan, Rotation } from '../../contract/backend.js'
import { oracleRows, type RowPositions } from '../../reference/oracle-rows.js'

/** Planar rows in double: `cos[row * pairs + i]` and `sin[row * pairs + i]`. */
export interface Rows {
  readonly cos: Float64Array
  readonly sin: Float64Array
}

/** The rows of a rotation, spread out so that every batch entry has its own. */
export function logicalRows(
  { batch, tokens }: Pick<Plan, 'batch' | 'tokens'>,
  { pairs, batchStride, cos: fromCos, sin: fromSin }: Rotation,
): Rows {
  const cos = new Float64Array(batch * tokens * pairs)
  const sin = new Float64Array(batch * tokens * pairs)
  for (let row = 0; row < batch * tokens; row++) {
    const from = (Math.floor(row / tokens) * batchStride + (row % tokens)) * pairs
    cos.set(fromCos.subarray(from, from + pairs), row * pairs)
    sin.set(fromSin.subarray(from, from + pairs), row * pairs)
  }
  return { cos, sin }
}

const remembered = new BoundedMap<string, ReturnType<typeof oracleRows>>(1 << 13)

function keyOf({ schedule, rotaryDim, axes, angles }: RopeConfig): string {
  return JSON.stringify([schedule, rotaryDim, axes, angles])
}

/**
 * The true rows of a config, in double: A * cos and A * sin of the exact angles (of the float32
 * angles for `angles: 'float32'`).
 *
 * @param positions per axis, one position per row
 */
export function exactRowsOf(config: RopeConfig, positions: RowPositions): Rows {
  const pairs = config.rotaryDim / 2
  const count = positions[0]?.length ?? 0
  const cos = new Float64Array(count * pairs)
  const sin = new Float64Array(count * pairs)
  const key = keyOf(config)
  for (let row = 0; row < count; row++) {
    const token = positions.map((axis) => [axis[row] as number])
    const turns = remembered.recall(`${key} ${token.join()}`, () =>
      oracleRows(config, token, 'float64'),
    )
    cos.set(turns.cos, row * pairs)
    sin.set(turns.sin, row * pairs)
  }
  return { cos, sin }
}
