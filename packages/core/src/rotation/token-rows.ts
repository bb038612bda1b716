/**
 * Rows of cos and sin of one token, in double precision, from its position on each axis: a single
 * axis, one-hot axes (each pair has its own) or dense axes (each pair adds up all of them).
 */
import type { AxesOptions } from '../config/axes.js'
import type { RopeConfig } from '../config/config.js'
import { multiply } from '../numbers/double-double.js'
import type { Frequencies } from '../schedule/schedule.js'
import { type AngleRows, exactRows, float32CosSin, float32Rows } from './angle-rows.js'
import { turnRates } from './turns.js'

/** Writes the double-precision row of one token, given its position on each axis. */
export type TokenRow = (
  axes: readonly Float64Array[],
  row: number,
  cos: Float64Array,
  sin: Float64Array,
) => void

/** The token rows of a config, and the short way for a single axis where there is one. */
export interface TokenRows {
  readonly write: TokenRow
  readonly rounded: AngleRows['roundedRow']
  readonly decodeRow: AngleRows['decodeRow']
}

function singleAxis(rows: AngleRows): TokenRows {
  return {
    write: (axes, row, cos, sin) => rows.row((axes[0] as Float64Array)[row] as number, cos, sin),
    rounded: rows.roundedRow,
    decodeRow: rows.decodeRow,
  }
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

/** Dense, in float32: each product and each sum of angles rounded, then cos and sin of the sum. */
function float32Dense(frequenciesOfAxis: readonly Float32Array[]): TokenRow {
  return (axes, row, cos, sin) => {
    for (let i = 0; i < cos.length; i++) {
      let angle = 0
      frequenciesOfAxis.forEach((frequencies, axis) => {
        const position = Math.fround((axes[axis] as Float64Array)[row] as number)
        angle = Math.fround(angle + Math.fround(position * (frequencies[i] as number)))
      })
      float32CosSin(angle, cos, sin, i)
    }
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

/** The token rows of a config: how its axes and its angle mode turn positions into cos and sin. */
export function tokenRows(config: RopeConfig, frequencies: Frequencies): TokenRows {
  const axes: AxesOptions | null = config.axes
  const pairs = config.rotaryDim / 2
  if (axes === null) return singleAxis(angleRows(frequencies, config))
  if (axes.kind === 'one-hot') {
    const rows = angleRows(frequencies, config)
    return {
      write: oneHot(rows, axes.axisOfPair, axes.count),
      rounded: undefined,
      decodeRow: undefined,
    }
  }
  const ofAxis = axes.weights.map((weights) => weighted(frequencies, weights))
  if (config.angles === 'float32') {
    const float32 = ofAxis.map(({ float32Frequencies }) => float32Frequencies)
    return { write: float32Dense(float32), rounded: undefined, decodeRow: undefined }
  }
  const rows = ofAxis.map((one) => angleRows(one, config))
  return { write: dense(rows, pairs), rounded: undefined, decodeRow: undefined }
}
