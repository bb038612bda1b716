/**
 * Rotations: from frequencies and positions to the rows of cos and sin that kernels consume.
 * Angles are exact products reduced in double precision; each cos and sin, times the attention
 * factor, is rounded once to the row's precision.
 *
 * Bound, for angles 'exact' and |position| <= 2^31, fractions and negatives included:
 * |error| of cos and sin <= 2^-25 + 2^-49 < 3e-8 in float32 rows and 2^-49 in float64 rows, for
 * A = 1 and one axis; a factor A > 1 scales that by at most 2 A. Tests prove it against arbitrary
 * precision.
 */

import { checkFields, checkFinite, checkWord, reject } from '../check.js'
import { axisCount } from '../config/axes.js'
import { type RopeConfig, resolveConfig } from '../config/config.js'
import type { Rotation } from '../contract/backend.js'
import { kindOf, lengthOf } from '../memory.js'
import { checkPosition, checkPositionTable, type PositionTable } from '../positions/positions.js'
import type { Frequencies } from '../schedule/schedule.js'
import type { MovingRow } from './angle-rows.js'
import { rowAdjustment } from './row-adjustment.js'
import { tokenRows } from './token-rows.js'

/** Element type of the rows: float64 for float64 tensors, float32 for all others. */
export type RowPrecision = 'float32' | 'float64'

/** Makes rotations for one config. It holds tables, so it is worth keeping. */
export interface RotationBuilder {
  /**
   * The rotation of every row of `positions`. With `unitFactor` the attention factor is left out,
   * for tensors that already carry it.
   */
  build(positions: PositionTable, precision: RowPrecision, unitFactor?: boolean): Rotation
  /**
   * Writes the rows of consecutive positions from `start` into an existing rotation. Throws
   * INVALID_POSITIONS for what is no finite number.
   */
  refill(rotation: Rotation, start: number): void
  /**
   * The float32 row of a whole position as two factors, for a kernel that multiplies them itself;
   * undefined where rows are not such products.
   */
  readonly moving: (() => MovingRow) | undefined
}

const noShortWays = { rounded: undefined, moving: undefined } as const

/** Multiplies a row by the attention factor and rounds it once into the rotation. */
type Store = (row: number, rotation: Rotation, cos: Float64Array, sin: Float64Array) => void

/** PyTorch rounds the factor to float32, and the product too, even where rows are double. */
function storeFloat32(factor: number): Store {
  const rounded = Math.fround(factor)
  const store = storeWith(1)
  return (row, rotation, cos, sin) => {
    for (let i = 0; i < cos.length; i++) {
      cos[i] = Math.fround(rounded * (cos[i] as number))
      sin[i] = Math.fround(rounded * (sin[i] as number))
    }
    store(row, rotation, cos, sin)
  }
}

function storeWith(factor: number): Store {
  return (row, rotation, cos, sin) => {
    const { pairs, cos: toCos, sin: toSin } = rotation
    const at = row * pairs
    for (let i = 0; i < pairs; i++) {
      toCos[at + i] = factor * (cos[i] as number)
      toSin[at + i] = factor * (sin[i] as number)
    }
  }
}

/** Frequencies as `computeFrequencies` gives them for this many pairs. */
function checkTable(frequencies: Frequencies, pairs: number): void {
  const accepted = `what computeFrequencies gives for ${pairs} pairs`
  const keys = ['inverseFrequencies', 'residuals', 'float32Frequencies', 'attentionFactor'] as const
  const table = checkFields(frequencies, 'frequencies', keys, accepted)
  const lists = [table.inverseFrequencies, table.residuals, table.float32Frequencies]
  lists.forEach((list, i) => {
    const kind = i < 2 ? 'Float64Array' : 'Float32Array'
    if (kindOf(list) === kind && lengthOf(list as Float64Array) === pairs) return
    reject('INVALID_OPTION', `frequencies.${keys[i]}`, list, accepted)
  })
  checkFinite(table.attentionFactor, 'frequencies.attentionFactor')
}

/** A rotation builder for a config and its frequencies. */
export function createRotationBuilder(
  given: RopeConfig,
  frequencies: Frequencies,
): RotationBuilder {
  const config = resolveConfig(given)
  checkTable(frequencies, config.rotaryDim / 2)
  const pairs = config.rotaryDim / 2
  const adjust = rowAdjustment(frequencies)
  const { write, ...short } = tokenRows(config, frequencies)
  // The short ways make rows by themselves, so they are for rows that nothing is done to.
  const { rounded, moving } = adjust === undefined ? short : noShortWays
  const { attentionFactor } = frequencies
  const store =
    config.angles === 'float32' ? storeFloat32(attentionFactor) : storeWith(attentionFactor)
  const storeUnit = storeWith(1)
  const cos = new Float64Array(pairs)
  const sin = new Float64Array(pairs)
  const axes = axisCount(config.axes)
  const position = new Float64Array(1)
  const positionOfAxes = Array.from({ length: axes }, () => position)

  let shared: MovingRow | undefined
  const sharedMoving = (make: NonNullable<typeof moving>): MovingRow => {
    shared ??= make(attentionFactor)
    return shared
  }

  return {
    moving: moving && (() => sharedMoving(moving)),
    build(positions, precision, unitFactor = false) {
      checkPositionTable(positions, axes)
      if (precision !== 'float64') checkWord(precision, 'precision', ['float32', 'float64'])
      const length = positions.rows * pairs
      const rotation: Rotation = {
        pairs,
        rows: positions.rows,
        batchStride: positions.batchStride,
        cos: precision === 'float64' ? new Float64Array(length) : new Float32Array(length),
        sin: precision === 'float64' ? new Float64Array(length) : new Float32Array(length),
      }
      for (let row = 0; row < positions.rows; row++) {
        write(positions.axes, row, cos, sin)
        adjust?.(positions.axes[0]?.[row] as number, cos, sin, unitFactor)
        if (unitFactor) storeUnit(row, rotation, cos, sin)
        else store(row, rotation, cos, sin)
      }
      return rotation
    },
    refill(rotation, start) {
      checkPosition(start)
      const { cos: toCos, sin: toSin } = rotation
      const isFloat32 = kindOf(toCos) === 'Float32Array' && kindOf(toSin) === 'Float32Array'
      if (rounded !== undefined && isFloat32 && Number.isInteger(start)) {
        for (let row = 0; row < rotation.rows; row++) {
          rounded(
            start + row,
            attentionFactor,
            toCos as Float32Array,
            toSin as Float32Array,
            row * pairs,
          )
        }
        return
      }
      for (let row = 0; row < rotation.rows; row++) {
        position[0] = start + row
        write(positionOfAxes, 0, cos, sin)
        adjust?.(start + row, cos, sin, false)
        store(row, rotation, cos, sin)
      }
    },
  }
}
