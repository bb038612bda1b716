/**
 * What the front door owes: a choice that is right nearly everywhere and never far off, at next to
 * no cost, and a new position that costs hardly more than a bound call's.
 */

import { list } from '../readers.js'
import type { GoalRecord } from '../result.js'
import { readCell } from './read-result.js'
import type { CellRecord, NewPositionRecord, OverheadRecord } from './result.js'

/** A choice is right when its median is at most so many times the best one's. */
export const RIGHT = 1.1

/** Per cent of the cells in which the choice has to be right. */
const RIGHT_SHARE = 99

/** No choice may be slower than the best one by more than this factor. */
const WORST = 1.3

/** Microseconds that a call through the front door may take longer than on the winner itself. */
const OVERHEAD = 0.15

/** A call at a new position may take so many times a bound one, on a backend that does nothing. */
const NEW_POSITION = 2

/** Microseconds that a call at a new position may take through the front door. */
const NEW_POSITION_TIME = 0.8

type Numbers = Pick<GoalRecord, 'measured' | 'low' | 'high'>

const NOTHING: Numbers = { measured: null, low: null, high: null }

function goal(
  about: Pick<GoalRecord, 'id' | 'what' | 'wanted' | 'unit'>,
  numbers: Numbers,
  isMet: (measured: number) => boolean,
  reason: string,
): GoalRecord {
  const { measured } = numbers
  if (measured === null) return { ...about, ...NOTHING, outcome: 'not measured', reason }
  return { ...about, ...numbers, outcome: isMet(measured) ? 'met' : 'not met', reason: null }
}

const readCells = list(readCell)

/**
 * Cells in which there was something to choose: two backends or more have a time.
 *
 * @throws RopeError INVALID_OPTION for what is no list of cells, naming the field
 */
export function countedCells(cells: readonly CellRecord[]): readonly CellRecord[] {
  const counts = readCells(cells, 'cells').map(({ entries }) => {
    const timed = entries.filter(({ name, time }) => name !== 'auto' && time !== null)
    return timed.length > 1
  })
  return Array.from(cells).filter((_, i) => counts[i])
}

/**
 * True when the chosen backend has a time that is near enough to the best one's.
 *
 * @throws RopeError INVALID_OPTION for what is no cell, naming the field
 */
export function isRight(cell: CellRecord): boolean {
  const { ratio } = readCell(cell, 'cell')
  return ratio !== null && ratio <= RIGHT
}

/** The six goals. */
export function judgeAuto(
  cells: readonly CellRecord[],
  overhead: readonly OverheadRecord[],
  newPositions: readonly NewPositionRecord[],
): readonly GoalRecord[] {
  const counted = countedCells(cells)
  const share = (100 * counted.filter(isRight).length) / counted.length
  // A choice that has no time was wrong, or too slow to be timed.
  const worst = Math.max(...counted.map(({ ratio }) => ratio ?? Number.MAX_VALUE))
  const noCell = 'no cell had two backends with a time'
  const none = counted.length === 0
  return [
    goal(
      {
        id: 'auto-right',
        what: `cells in which the chosen backend is within 10 % of the best (of ${counted.length})`,
        wanted: `at least ${RIGHT_SHARE} %`,
        unit: '%',
      },
      none ? NOTHING : { measured: share, low: null, high: null },
      (measured) => measured >= RIGHT_SHARE,
      noCell,
    ),
    goal(
      {
        id: 'auto-worst',
        what: 'the worst choice, as a multiple of the best time',
        wanted: `at most ${WORST}x`,
        unit: 'x',
      },
      none ? NOTHING : { measured: worst, low: null, high: null },
      (measured) => measured <= WORST,
      noCell,
    ),
    goal(
      {
        id: 'auto-overhead',
        what: 'a call through the front door over the winner itself, in the worst kind of call',
        wanted: `at most ${OVERHEAD} us`,
        unit: 'us',
      },
      worstOf(overhead.map(({ microseconds, ...rest }) => ({ ...rest, measured: microseconds }))),
      (measured) => measured <= OVERHEAD,
      overhead.find(({ reason }) => reason !== null)?.reason ?? 'no overhead was measured',
    ),
    ...newPositionGoals(newPositions),
  ]
}

function newPositionGoals(records: readonly NewPositionRecord[]): readonly GoalRecord[] {
  const through = records
    .filter(({ backend }) => backend === 'auto')
    .map(({ rotate }) => ({ measured: rotate, low: null, high: null }))
  const reason = records.find((record) => record.reason !== null)?.reason ?? 'it was not measured'
  return [
    ...(['consecutive', 'random'] as const).map((order) => {
      const found = records.find((record) => record.backend === 'idle' && record.order === order)
      return goal(
        {
          id: `rotate-${order}`,
          what: `rotate at ${order} positions over a bound call, on a backend that does nothing`,
          wanted: `at most ${NEW_POSITION}x`,
          unit: 'x',
        },
        found === undefined ? NOTHING : { measured: found.ratio, low: found.low, high: found.high },
        (measured) => measured <= NEW_POSITION,
        reason,
      )
    }),
    goal(
      {
        id: 'auto-new-position',
        what: 'rotate at a new position through the front door, in the worse order',
        wanted: `at most ${NEW_POSITION_TIME} us`,
        unit: 'us',
      },
      worstOf(through),
      (measured) => measured <= NEW_POSITION_TIME,
      reason,
    ),
  ]
}

/** The largest number; one that could not be measured leaves the goal open. */
function worstOf(all: readonly Numbers[]): Numbers {
  const [first = NOTHING, ...others] = all
  if (all.some(({ measured }) => measured === null)) return NOTHING
  const { measured, low, high } = others.reduce(
    (a, b) => ((b.measured as number) > (a.measured as number) ? b : a),
    first,
  )
  return { measured, low, high }
}
