/**
 * The harness: a run, its result, and the rows and the report that show it. Named re-exports only;
 * nothing inside the package imports this, and nothing here needs Node.
 */
export { type Clock, clockResolution, performanceClock } from './clock.js'
export { describeEngine, type Machine } from './machine.js'
export { type CellRow, cellRow, newPositionCells, overheadText } from './report/auto-section.js'
export { type ReportOptions, renderReport } from './report/report.js'
export { type ContenderRow, contenderRows, type GoalRow, goalRow } from './report/rows.js'
export type { BenchResult, GroupRecord } from './result.js'
export { type BenchOptions, type Mode, type RunProgress, runBench } from './run.js'
export { type WasmFeatures, wasmFeatures } from './wasm-features.js'
