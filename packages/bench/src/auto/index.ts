/**
 * The front door's own benchmark. Named re-exports only; nothing here needs Node.
 */
export { type AutoCell, autoCells, cellId, cellText } from './cell.js'
export { judgeAuto, OVERHEAD, RIGHT, RIGHT_SHARE, WORST } from './judge.js'
export {
  AUTO_RESULT_VERSION,
  type AutoResult,
  type CellRecord,
  type OverheadRecord,
} from './result.js'
export { type AutoBenchOptions, runAutoBench } from './run-auto.js'
