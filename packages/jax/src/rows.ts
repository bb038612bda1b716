/**
 * Rows of cos and sin as jax arrays, from any config. The angles are core's: computed in double
 * precision, multiplied by the attention factor and rounded once.
 */
import { numpy as np } from '@jax-js/jax'
import { axisCount, type Positions, type RopeConfig } from '@rope/core'
import {
  checkInteger,
  checkKeys,
  checkRecord,
  expandPositions,
  type PositionTable,
  type RotationTables,
  readPositions,
  reject,
} from '@rope/core/backend'

/** The rows of a rotation, a tree that can be an argument of a jitted function. */
export interface RotationRows {
  /** A cos(angle): [tokens, pairs] for all batch entries, or [batch, tokens, pairs]. */
  readonly cos: np.Array
  /** A sin(angle), of the same shape. */
  readonly sin: np.Array
}

/** Which tokens the rows are for. */
export interface RowsOptions {
  /** Tokens of each sequence. */
  readonly tokens: number
  /** Sequences; 1 when absent, which is enough where all of them stand at the same positions. */
  readonly batch?: number
  /** Where the tokens stand, in every form that core knows; from 0 on when absent. */
  readonly positions?: Positions
  /** Tokens of the whole sequence, for schedules that depend on it; else the largest position plus one. */
  readonly length?: number
}

const KEYS: readonly (keyof RowsOptions)[] = ['tokens', 'batch', 'positions', 'length']

/** Rows have at most this many entries: an array of 2^27 numbers is half a gigabyte. */
const MOST = 2 ** 27

/**
 * The rows of a config for a sequence.
 *
 * @throws RopeError INVALID_OPTION, INVALID_POSITIONS
 */
export function makeRows(
  config: RopeConfig,
  tables: RotationTables,
  given: RowsOptions,
): RotationRows {
  const options = checkRecord(given, 'options', '{ tokens, batch, positions, length }')
  checkKeys(options, 'options', KEYS)
  const tokens = checkInteger(options.tokens, 'tokens', 1, MOST)
  const batch = checkInteger(options.batch ?? 1, 'batch', 1, MOST)
  const axes = axisCount(config.axes)
  const sources = readPositions((options.positions ?? 0) as Positions, axes)
  const table = expandPositions(sources, batch, tokens, axes)
  const length = tables.lengthFor(sources, table, checkLength(options.length))
  const { cos, sin, pairs } = tables.builder(length).build(table, 'float32')
  const shape = shapeOf(table, batch, tokens, pairs)
  return { cos: toArray(cos, shape), sin: toArray(sin, shape) }
}

function shapeOf(table: PositionTable, batch: number, tokens: number, pairs: number): number[] {
  return table.batchStride === 0 ? [tokens, pairs] : [batch, tokens, pairs]
}

/** The builder's rows are new with every call, so that jax may keep them. */
function toArray(row: Float32Array | Float64Array, shape: number[]): np.Array {
  return np.array(row as Float32Array<ArrayBuffer>, { shape, dtype: np.float32 })
}

function checkLength(length: unknown): number | undefined {
  if (length === undefined) return undefined
  if (typeof length === 'number' && Number.isFinite(length) && length >= 0) return length
  return reject('INVALID_OPTION', 'length', length, 'the number of tokens of the sequence')
}
