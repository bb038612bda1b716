/**
 * The harness: a run, its result, and the rows and the report that show it. Named re-exports only;
 * nothing inside the package imports this, and nothing here needs Node.
 */
export { type Clock, clockResolution, performanceClock } from './machine/clock.js'
export { describeEngine, type Machine } from './machine/machine.js'
export { type WasmFeatures, wasmFeatures } from './machine/wasm-features.js'
export { caseOf } from './matrix/case-of.js'
export { MODEL_SHAPES, type ModelShape } from './matrix/model-shape.js'
export {
  caseId,
  caseText,
  movedBytes,
  type RotationCase,
  rotationCase,
} from './matrix/rotation-case.js'
export { type CellRow, cellRow, newPositionCells, overheadText } from './report/auto-section.js'
export { compareTimes, type TimeComparison } from './report/compare-times.js'
export { type ReportOptions, renderReport } from './report/report.js'
export { type ContenderRow, contenderRows, type GoalRow, goalRow } from './report/rows.js'
export { bytesText, digits, timeText } from './report/words.js'
export {
  type BenchResult,
  type ComparisonRecord,
  type EntryRecord,
  type GroupRecord,
  RESULT_VERSION,
  type TimeRecord,
} from './result.js'
export { type BenchOptions, type Mode, type RunProgress, runBench } from './run.js'
