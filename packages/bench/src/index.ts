/**
 * The public surface of the harness. Named re-exports only; nothing inside the package imports
 * this, and nothing here needs Node.
 */
export { type Clock, clockResolution, performanceClock } from './clock.js'
export type { Goal, GoalCheck, GoalGroup } from './goals/goal.js'
export { GOAL_GROUPS } from './goals/goals.js'
export type { PackageSize } from './goals/judge.js'
export { type Contender, repeated, repeatedAsync } from './harness/contender.js'
export {
  type Comparison,
  type Measurement,
  type MeasureSettings,
  measure,
  type Timing,
} from './harness/measure.js'
export { type LimitHooks, limitsOf } from './limits/hooks.js'
export { createPortableLimits, type PortableLimits } from './limits/portable.js'
export { type CacheRecord, describeEngine, type Machine } from './machine.js'
export type {
  BackendSpec,
  ContenderSpec,
  Group,
  GroupComparison,
  LimitSpec,
  PeerSpec,
} from './matrix/group.js'
export { type BackendTraits, type MatrixSize, matrixGroups, PLAIN_LOOP } from './matrix/matrix.js'
export { GEMMA, GLM, LLAMA, MODEL_SHAPES, type ModelShape, PHI } from './matrix/model-shape.js'
export {
  type CallKind,
  caseId,
  caseText,
  movedBytes,
  type RotationCase,
  rotationCase,
  type Variant,
} from './matrix/rotation-case.js'
export { createOnnxRuntimePeer, type OnnxRuntime } from './peers/onnxruntime.js'
export type { Peer, PeerCall, PeerInput, PeerTables } from './peers/peer.js'
export { PLAIN_LOOP_PEER } from './peers/plain-loop.js'
export { rotaryEmbeddingModel } from './peers/rotary-embedding-model.js'
export { createTfjsPeer, type Tfjs } from './peers/tfjs.js'
export { type CellRow, cellRow, overheadText } from './report/auto-section.js'
export { type ReportOptions, renderReport } from './report/report.js'
export { type ContenderRow, contenderRows, type GoalRow, goalRow } from './report/rows.js'
export { bytesText, timeText } from './report/words.js'
export {
  type BackendRecord,
  type BenchResult,
  type ComparisonRecord,
  type EntryRecord,
  type GoalRecord,
  type GroupRecord,
  type PeerRecord,
  RESULT_VERSION,
  type RunRecord,
  type TimeRecord,
} from './result.js'
export {
  type BenchOptions,
  MODE_SETTINGS,
  type Mode,
  type PeerEntry,
  planGroups,
  type RunProgress,
  runBench,
} from './run.js'
export { runGroup } from './run-group.js'
export { CONFIDENCE, type Interval, medianInterval } from './statistics/median-interval.js'
export { median, quantile } from './statistics/quantile.js'
export { type Ratio, speedRatio } from './statistics/ratio.js'
export { type Outcome, outcomeOf, ratioText, verdict } from './statistics/verdict.js'
