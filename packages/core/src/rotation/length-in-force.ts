/**
 * The length whose table a call takes, where the table depends on the length. What the caller stated
 * must hold for every position of the call; what is not stated is read from the positions, and then
 * all sequences of the call must take the same table.
 */
import { rejectBecause } from '../check.js'
import { checkPositionTable, type PositionTable } from '../positions/expand.js'
import type { PositionSource } from '../positions/forms.js'
import type { Regime } from '../schedule/schedule.js'

/** What is asked of the tables of a config here. */
export interface LengthTables {
  readonly dependsOnLength: boolean
  /** Which table a sequence of `length` tokens takes: those of one regime share it. */
  regime(length: number): Regime
}

/**
 * The length for `tables.builder`; 0 where there is one table only.
 *
 * @param sources the positions that `table` is made of
 * @param stated the length that the caller gave, if any
 * @throws RopeError INVALID_OPTION for a stated length that the positions exceed; INVALID_POSITIONS
 *   for sequences that take different tables
 */
export function lengthInForce(
  tables: LengthTables,
  sources: readonly PositionSource[],
  table: PositionTable,
  stated: number | undefined,
): number {
  if (!tables.dependsOnLength) return 0
  const reached = lengthOfPositions(table)
  if (stated !== undefined) return checkReach(stated, reached)
  checkOneTable(tables, sequenceLengths(sources, table))
  return reached
}

/** The smallest length that all positions of a call fit in: the largest of them, plus one. */
function lengthOfPositions(positions: PositionTable): number {
  checkPositionTable(positions)
  let largest = -1
  for (const axis of positions.axes) {
    for (const position of axis) if (position > largest) largest = position
  }
  return largest + 1
}

/**
 * A stated length that all positions of a call fit in.
 *
 * @param reached the largest position plus one
 * @throws RopeError INVALID_OPTION
 */
export function checkReach(stated: number, reached: number): number {
  if (reached - 1 < stated) return stated
  return rejectBecause(
    'INVALID_OPTION',
    'length',
    `is ${stated}, but the call reaches position ${reached - 1}, and the length decides the table; state that of the whole sequence, or leave it out`,
  )
}

function checkOneTable(tables: LengthTables, lengths: readonly number[]): void {
  const [first] = lengths
  if (first === undefined) return
  const other = lengths.find((length) => tables.regime(length) !== tables.regime(first))
  if (other === undefined) return
  rejectBecause(
    'INVALID_POSITIONS',
    'positions',
    `reach lengths ${first} and ${other}, which take different tables under this schedule: rotate them in calls of their own, or state { length } to give all one table`,
  )
}

/** How long each sequence of a call is: packed ones by their spans, else one per batch entry. */
function sequenceLengths(
  sources: readonly PositionSource[],
  table: PositionTable,
): readonly number[] {
  const { rows, batchStride } = table
  const packed = sources.find((source) => source.kind === 'packed')
  if (packed?.kind === 'packed') {
    const { lengths, spans } = packed
    let first = 0
    return Array.from(lengths, (length, i) => {
      const from = first
      first += spans[i] as number
      return largestOf(table, from, from + length) + 1
    }).filter((length) => length > 0)
  }
  if (batchStride === 0) return [largestOf(table, 0, rows) + 1]
  return Array.from({ length: rows / batchStride }, (_, b) => {
    return largestOf(table, b * batchStride, (b + 1) * batchStride) + 1
  })
}

function largestOf({ axes }: PositionTable, from: number, to: number): number {
  let largest = -1
  for (const axis of axes) {
    for (let row = from; row < to; row++) {
      const position = axis[row] as number
      if (position > largest) largest = position
    }
  }
  return largest
}
