/**
 * cos and sin rows from a config and raw positions through the exact oracle: what the fast path's
 * tables are compared with. The attention factor is multiplied in, as in the fast path's rows.
 */
import type { AxesOptions } from '../config/axes.js'
import type { RopeConfig } from '../config/config.js'
import { RopeError } from '../errors.js'
import { add, type Big, fromDouble, multiply, toDouble, toFloat32, ZERO } from './big.js'
import { at } from './element.js'
import { type ExactTurn, exactCosSin } from './elementary.js'
import { exactAngle } from './exact-angle.js'
import { attentionFactor, exactFrequencies, float32Frequencies } from './frequencies.js'

/** Planar rows: `cos[row * pairs + i]` and `sin[row * pairs + i]`, attention factor included. */
export interface OracleRows {
  readonly cos: Float32Array | Float64Array
  readonly sin: Float32Array | Float64Array
}

/** The precision of rows: float64 for float64 tensors, float32 for all others. */
export type RowPrecision = 'float32' | 'float64'

/**
 * The positions of every row along every axis: `positions[axis][row]`, one row per
 * (batch, token), row = batch * tokens + token.
 */
export type RowPositions = readonly ArrayLike<number>[]

/** The weight of an axis in the angle of pair `i`: 1 or 0 for one-hot axes, any for dense ones. */
function axisWeight(axes: AxesOptions | null, axis: number, i: number): number {
  if (axes === null) return 1
  if (axes.kind === 'one-hot') return at(axes.axisOfPair, i) === axis ? 1 : 0
  return at(axes.weights[axis] ?? [], i)
}

function axisCount(axes: AxesOptions | null): number {
  if (axes === null) return 1
  return axes.kind === 'one-hot' ? axes.count : axes.weights.length
}

/** The number of rows, once the positions are known to fit the config. */
function countRows(config: RopeConfig, positions: RowPositions): number {
  const rows = positions[0]?.length ?? 0
  const axes = axisCount(config.axes)
  if (positions.length !== axes || positions.some((axis) => axis.length !== rows)) {
    throw new RopeError(
      'INVALID_POSITIONS',
      `got positions of lengths [${positions.map((axis) => axis.length).join(', ')}]; ` +
        `the config has ${axes} axes, which need one list each, all of one length`,
      { field: 'positions' },
    )
  }
  return rows
}

/**
 * The exact angle of every (row, pair), `angles[row * pairs + i]`:
 * the sum over axes of position * weight * frequency. Nothing is rounded to a float on the way.
 *
 * @throws RopeError INVALID_POSITIONS when the positions do not fit the config's axes
 */
export function exactAngles(config: RopeConfig, positions: RowPositions): readonly Big[] {
  const pairs = config.rotaryDim / 2
  const frequencies = exactFrequencies(config.schedule, pairs)
  const rows = Array.from({ length: countRows(config, positions) }, (_, row) => row)
  const angle = (row: number, frequency: Big, i: number): Big =>
    positions.reduce((sum, axis, a) => {
      const weight = axisWeight(config.axes, a, i)
      const turned = weight === 0 ? ZERO : exactAngle(at(axis, row), frequency)
      return add(sum, multiply(turned, fromDouble(weight)))
    }, ZERO)
  return rows.flatMap((row) => frequencies.map((frequency, i) => angle(row, frequency, i)))
}

/**
 * The angle of every (row, pair) as PyTorch models compute it: float32(position) times the float32
 * frequency, rounded once. Dense axes multiply the frequency by float32(weight) first, and the
 * axes are added one after the other, every operation rounded to float32.
 *
 * @throws RopeError INVALID_POSITIONS when the positions do not fit the config's axes
 */
export function float32Angles(config: RopeConfig, positions: RowPositions): Float32Array {
  const pairs = config.rotaryDim / 2
  const frequencies = float32Frequencies(config.schedule, pairs)
  const product = (a: number, b: number): number => Math.fround(Math.fround(a) * Math.fround(b))
  const angles = new Float32Array(countRows(config, positions) * pairs)
  angles.forEach((_, index) => {
    const row = Math.floor(index / pairs)
    const i = index % pairs
    const terms = positions.flatMap((axis, a) => {
      const weight = axisWeight(config.axes, a, i)
      return weight === 0 ? [] : [product(at(axis, row), product(weight, at(frequencies, i)))]
    })
    angles[index] = terms.reduce((sum, term) => Math.fround(sum + term), 0)
  })
  return angles
}

/** A * cos and A * sin of every exact angle, not rounded yet. */
function exactTurns(config: RopeConfig, positions: RowPositions): ExactTurn[] {
  const factor = fromDouble(attentionFactor(config.schedule))
  return exactAngles(config, positions).map((angle) => {
    const { cos, sin } = exactCosSin(angle)
    return { cos: multiply(cos, factor), sin: multiply(sin, factor) }
  })
}

/**
 * Rows of the exact angles, whatever `config.angles` says: A * cos and A * sin, rounded once.
 *
 * @throws RopeError INVALID_POSITIONS when the positions do not fit the config's axes
 */
export function exactRows(
  config: RopeConfig,
  positions: RowPositions,
  precision: RowPrecision,
): OracleRows {
  const turns = exactTurns(config, positions)
  const round = precision === 'float64' ? toDouble : toFloat32
  const rows = precision === 'float64' ? Float64Array : Float32Array
  return {
    cos: rows.from(turns.map(({ cos }) => round(cos))),
    sin: rows.from(turns.map(({ sin }) => round(sin))),
  }
}

/** Rows of the float32 angles: cos and sin rounded to float32, times float32(A), rounded again. */
function float32Rows(config: RopeConfig, positions: RowPositions): OracleRows {
  const factor = Math.fround(attentionFactor(config.schedule))
  const turns = Array.from(float32Angles(config, positions), (a) => exactCosSin(fromDouble(a)))
  return {
    cos: Float32Array.from(turns, ({ cos }) => toFloat32(cos) * factor),
    sin: Float32Array.from(turns, ({ sin }) => toFloat32(sin) * factor),
  }
}

/**
 * The rows that a config asks for, at the precision of the tensors they will rotate.
 *
 * - `angles: 'exact'`: A * cos and A * sin of the exact angles, rounded once to `precision`.
 * - `angles: 'float32'`: cos and sin of the float32 angle rounded to float32, times float32(A),
 *   rounded to float32; at precision float64 those same values, widened.
 *
 * @param config its schedule, rotaryDim, axes and angles are used
 * @param positions per axis, one position per row
 * @throws RopeError INVALID_POSITIONS when the positions do not fit the config's axes
 */
export function oracleRows(
  config: RopeConfig,
  positions: RowPositions,
  precision: RowPrecision,
): OracleRows {
  if (config.angles === 'exact') return exactRows(config, positions, precision)
  const rows = float32Rows(config, positions)
  if (precision === 'float32') return rows
  return { cos: Float64Array.from(rows.cos), sin: Float64Array.from(rows.sin) }
}
