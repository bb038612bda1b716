/**
 * The front door: the fastest backend for each call, and why.
 */
export type { CacheOption } from './cache/cache.js'
export type { CalibrationStore } from './cache/store.js'
export type { CalibrateOption, CostSource } from './calibration/cost-book.js'
export type { CallDescription } from './call.js'
export type { Calibration, CostCurve, DTypeCosts, SizeClass } from './costs.js'
export { type AutoBackend, createAutoBackend } from './create-backend.js'
export { type AutoRope, createRope } from './create-rope.js'
export type {
  BackendExplanation,
  CallExplanation,
  Explanation,
} from './explain/explanation.js'
export type { EncodeTarget, GpuInput, GpuTensorInput } from './gpu/gpu-front.js'
export type { AutoOptions, BackendOptions } from './options.js'
export type { Debug, DebugOption } from './platform/debug.js'
export type { Clock } from './platform/timers.js'
export type { BackendChoice } from './selection.js'
