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
import { type AngleRows, exactRows, float32Rows } from './angles/angle-rows.js'
import { multiply } from './angles/double-double.js'
import { turnRates } from './angles/turns.js'
import { axisCount } from './axes.js'
import type { Rotation } from './backend.js'
import type { AxesOptions, RopeConfig } from './config.js'
import type { PositionTable } from './positions.js'
import type { Frequencies } from './schedule/schedule.js'

/** Element type of the rows: float64 for float64 tensors, float32 for all others. */
export type RowPrecision = 'float32' | 'float64'

/** Makes rotations for one config. It holds tables, so it is worth keeping. */
export interface RotationBuilder {
  /**
   * The rotation of every row of `positions`. With `unitFactor` the attention factor is left out,
   * for tensors that already carry it.
   */
  build(positions: PositionTable, precision: RowPrecision, unitFactor?: boolean): Rotation
  /** Writes the rows of consecutive positions from `start` into an existing rotation. */
  refill(rotation: Rotation, start: number): void
}

/** Writes the double-precision row of one token, given its position on each axis. */
type TokenRow = (
  axes: readonly Float64Array[],
  row: number,
  cos: Float64Array,
  sin: Float64Array,
) => void

function singleAxis(rows: AngleRows): TokenRow {
  return (axes, row, cos, sin) => rows.row((axes[0] as Float64Array)[row] as number, cos, sin)
}

/** One-hot: each pair takes its value from the full row of its own axis. */
function oneHot(rows: AngleRows, axisOfPair: readonly number[], count: number): TokenRow {
  const pairs = axisOfPair.length
  const axisCos = Array.from({ length: count }, () => new Float64Array(pairs))
  const axisSin = Array.from({ length: count }, () => new Float64Array(pairs))
  return (axes, row, cos, sin) => {
    for (let axis = 0; axis < count; axis++) {
      const position = (axes[axis] as Float64Array)[row] as number
      rows.row(position, axisCos[axis] as Float64Array, axisSin[axis] as Float64Array)
    }
    for (let i = 0; i < pairs; i++) {
      const axis = axisOfPair[i] as number
      cos[i] = (axisCos[axis] as Float64Array)[i] as number
      sin[i] = (axisSin[axis] as Float64Array)[i] as number
    }
  }
}

/** Dense: the rotations of all axes one after the other, which adds their angles. */
function dense(rowsOfAxis: readonly AngleRows[], pairs: number): TokenRow {
  const axisCos = new Float64Array(pairs)
  const axisSin = new Float64Array(pairs)
  return (axes, row, cos, sin) => {
    cos.fill(1)
    sin.fill(0)
    rowsOfAxis.forEach((rows, axis) => {
      rows.row((axes[axis] as Float64Array)[row] as number, axisCos, axisSin)
      for (let i = 0; i < pairs; i++) {
        const c = cos[i] as number
        const s = sin[i] as number
        cos[i] = c * (axisCos[i] as number) - s * (axisSin[i] as number)
        sin[i] = s * (axisCos[i] as number) + c * (axisSin[i] as number)
      }
    })
  }
}

/** The frequencies of one dense axis: every frequency times its weight. */
function weighted(frequencies: Frequencies, weights: readonly number[]): Frequencies {
  const products = weights.map((weight, i) =>
    multiply(
      frequencies.inverseFrequencies[i] as number,
      frequencies.residuals[i] as number,
      weight,
    ),
  )
  return {
    ...frequencies,
    inverseFrequencies: Float64Array.from(products, (product) => product.value),
    residuals: Float64Array.from(products, (product) => product.residual),
    float32Frequencies: frequencies.float32Frequencies.map(
      (value, i) => value * Math.fround(weights[i] as number),
    ),
  }
}

function angleRows(frequencies: Frequencies, config: RopeConfig): AngleRows {
  if (config.angles === 'float32') return float32Rows(frequencies.float32Frequencies)
  return exactRows(turnRates(frequencies.inverseFrequencies, frequencies.residuals))
}

function tokenRow(config: RopeConfig, frequencies: Frequencies): TokenRow {
  const axes: AxesOptions | null = config.axes
  const pairs = config.rotaryDim / 2
  if (axes === null) return singleAxis(angleRows(frequencies, config))
  if (axes.kind === 'one-hot')
    return oneHot(angleRows(frequencies, config), axes.axisOfPair, axes.count)
  return dense(
    axes.weights.map((weights) => angleRows(weighted(frequencies, weights), config)),
    pairs,
  )
}

/** Multiplies a row by the attention factor and rounds it once into the rotation. */
type Store = (row: number, rotation: Rotation, cos: Float64Array, sin: Float64Array) => void

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

/** A rotation builder for a config and its frequencies. */
export function createRotationBuilder(
  config: RopeConfig,
  frequencies: Frequencies,
): RotationBuilder {
  const pairs = config.rotaryDim / 2
  const write = tokenRow(config, frequencies)
  const { attentionFactor } = frequencies
  // PyTorch multiplies float32 tables by the factor as a float32 scalar.
  const store = storeWith(
    config.angles === 'float32' ? Math.fround(attentionFactor) : attentionFactor,
  )
  const storeUnit = storeWith(1)
  const cos = new Float64Array(pairs)
  const sin = new Float64Array(pairs)
  const axes = axisCount(config.axes)
  const moving = new Float64Array(1)
  const movingAxes = Array.from({ length: axes }, () => moving)

  return {
    build(positions, precision, unitFactor = false) {
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
        if (unitFactor) storeUnit(row, rotation, cos, sin)
        else store(row, rotation, cos, sin)
      }
      return rotation
    },
    refill(rotation, start) {
      for (let row = 0; row < rotation.rows; row++) {
        moving[0] = start + row
        write(movingAxes, 0, cos, sin)
        store(row, rotation, cos, sin)
      }
    },
  }
}
