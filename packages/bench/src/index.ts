/**
 * The harness: a run, its result, and the report that shows it. Named re-exports only; nothing inside
 * the package imports this, and nothing here needs Node. `/matrix` names what is measured, `/machine`
 * tells where, `/peers` makes peers of loaded libraries, `/report` has the parts of a result and rows for
 * tables of one's own.
 */
export { type ReportOptions, renderReport } from './report/report.js'
export { type BenchResult, RESULT_VERSION } from './result.js'
export { type BenchOptions, type Mode, type RunProgress, runBench } from './run.js'
