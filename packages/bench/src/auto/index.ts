/**
 * The front door's own benchmark. Named re-exports only; nothing here needs Node.
 */
export { RIGHT } from './judge.js'
export type { AutoResult, CellRecord, OverheadRecord } from './result.js'
export { type AutoBenchOptions, runAutoBench } from './run-auto.js'
