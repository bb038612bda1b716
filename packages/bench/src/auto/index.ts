/**
 * The front door's own benchmark. Named re-exports only; nothing here needs Node.
 */
export { countedCells, isRight, RIGHT } from './judge.js'
export {
  AUTO_RESULT_VERSION,
  type AutoResult,
  type CellRecord,
  type OverheadRecord,
} from './result.js'
export { type AutoBenchOptions, runAutoBench } from './run-auto.js'
