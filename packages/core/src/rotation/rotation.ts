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

import { checkFields, checkFinite, checkInteger, checkWord, reject } from '../check.js'
import { axisCount } from '../config/axes.js'
import { type RopeConfig, resolveConfig } from '../config/config.js'
import type { Rotation } from '../contract/backend.js'
import { MOST_ROWS } from '../limits.js'
import { kindOf, lengthOf } from '../memory.js'
import { checkPositionTable, type PositionTable } from '../positions/expand.js'
import { checkPosition } from '../positions/forms.js'
import type { Frequencies } from '../schedule/schedule.js'
import type { DecodeRow } from './angle-rows.js'
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
  /** Room for `rows` rows that all batch entries share, for `fill`. */
  empty(rows: number, precision: RowPrecision): Rotation
  /**
   * Writes the rows of consecutive positions from `start` into such room. Throws INVALID_POSITIONS for
   * what is no finite number.
   */
  fill(rotation: Rotation, start: number): void
  /**
   * The float32 row of a whole position as two factors, for a kernel that multiplies them itself;
   * undefined where rows are not such products.
   */
  decodeRow(): DecodeRow | undefined
}

/** Writes row `row` of a rotation: that of the positions at index `from` of each axis. */
type WriteRow = (
  axes: readonly Float64Array[],
  from: number,
  rotation: Rotation,
  row: number,
) => void

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

function checkPrecision(precision: RowPrecision): void {
  if (precision !== 'float64') checkWord(precision, 'precision', ['float32', 'float64'])
}

/** Room for rows that are not kept; every element is written. */
function emptyRotation(
  pairs: number,
  rows: number,
  batchStride: number,
  precision: RowPrecision,
): Rotation {
  const Kind = precision === 'float64' ? Float64Array : Float32Array
  return { pairs, rows, batchStride, cos: new Kind(rows * pairs), sin: new Kind(rows * pairs) }
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
  const { write, rounded, decodeRow: makeDecodeRow } = tokenRows(config, frequencies)
  const { attentionFactor } = frequencies
  const cos = new Float64Array(pairs)
  const sin = new Float64Array(pairs)

  /** The one way to make a row; where nothing is done to it but rounding, in one pass. */
  function writer(factor: number, store: Store, isUnit: boolean): WriteRow {
    const inOnePass = adjust === undefined ? rounded : undefined
    return (axes, from, rotation, row) => {
      const position = axes[0]?.[from] as number
      const { cos: toCos, sin: toSin } = rotation
      if (
        inOnePass !== undefined &&
        Number.isInteger(position) &&
        kindOf(toCos) === 'Float32Array' &&
        kindOf(toSin) === 'Float32Array'
      ) {
        const at = row * pairs
        inOnePass(position, factor, toCos as Float32Array, toSin as Float32Array, at)
        return
      }
      write(axes, from, cos, sin)
      adjust?.(position, cos, sin, isUnit)
      store(row, rotation, cos, sin)
    }
  }

  const store = config.angles === 'float32' ? storeFloat32 : storeWith
  const writeRow = writer(attentionFactor, store(attentionFactor), false)
  const writeUnitRow = writer(1, storeWith(1), true)
  const position = new Float64Array(1)
  const axes = axisCount(config.axes)
  const positionOfAxes = Array.from({ length: axes }, () => position)
  let decodeRow: DecodeRow | undefined

  return {
    decodeRow() {
      if (adjust === undefined) decodeRow ??= makeDecodeRow?.(attentionFactor)
      return decodeRow
    },
    build(positions, precision, unitFactor = false) {
      checkPositionTable(positions, axes)
      checkPrecision(precision)
      const { rows, batchStride } = positions
      const rotation = emptyRotation(pairs, rows, batchStride, precision)
      const writeOne = unitFactor ? writeUnitRow : writeRow
      for (let row = 0; row < rows; row++) writeOne(positions.axes, row, rotation, row)
      return rotation
    },
    empty(rows, precision) {
      checkInteger(rows, 'rows', 0, MOST_ROWS)
      checkPrecision(precision)
      return emptyRotation(pairs, rows, 0, precision)
    },
    fill(rotation, start) {
      checkPosition(start)
      for (let row = 0; row < rotation.rows; row++) {
        position[0] = start + row
        writeRow(positionOfAxes, 0, rotation, row)
      }
    },
  }
}
