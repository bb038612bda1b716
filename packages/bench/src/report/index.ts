/**
 * The parts of a result, and its rows and words for tables of one's own.
 */
export type {
  ComparisonRecord,
  ConformanceRecord,
  EntryRecord,
  GroupRecord,
  TimeRecord,
} from '../result.js'
export { type CellRow, cellRow, newPositionCells, overheadText } from './auto-section.js'
export { compareTimes, type TimeComparison } from './compare-times.js'
export { type ContenderRow, contenderRows, type GoalRow, goalRow } from './rows.js'
export { bytesText, digits, timeText } from './words.js'
