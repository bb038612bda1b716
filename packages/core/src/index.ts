/**
 * What users of a rope need: the rope itself, configs, schedules, tensors, positions, errors.
 * Named re-exports only; nothing inside the package imports this.
 */
export type { AxesOptions } from './config/axes.js'
export { axisCount, sectionAxes } from './config/axes.js'
export type { AngleMode, RopeConfig, RopeOptions } from './config/config.js'
export { computeFrequencies, regimeFor, resolveConfig } from './config/config.js'
export type { PairingName } from './contract/pairing.js'
export { PAIRINGS } from './contract/pairing.js'
export type { RopeErrorCode, RopeErrorDetails } from './errors.js'
export { RopeError } from './errors.js'
export type { DType, Float16ArrayLike, TensorData } from './numbers/dtype.js'
export { DTYPES } from './numbers/dtype.js'
export type { RotateTensors } from './plan/plan.js'
export type { Layout, Tensor } from './plan/tensor.js'
export { LAYOUTS } from './plan/tensor.js'
export type { AxisPositions, PackedOptions, PositionArray, Positions } from './positions/forms.js'
export type { BoundRope } from './rope/bound.js'
export type {
  CachePlace,
  LengthOptions,
  Rope,
  RopeContext,
  RopeStep,
  RotateInput,
} from './rope/rope.js'
export { createRope } from './rope/rope.js'
export { dependsOnLength, SCHEDULES } from './schedule/registry.js'
export type {
  AxialSchedule,
  CustomSchedule,
  DefaultSchedule,
  DynamicSchedule,
  DynamicYarnSchedule,
  FopeSchedule,
  Frequencies,
  LinearSchedule,
  Llama3Schedule,
  LongRopeSchedule,
  NtkAlphaSchedule,
  NtkByPartsSchedule,
  NtkFixedSchedule,
  NtkMixedSchedule,
  NtkSchedule,
  PixelSchedule,
  ProportionalSchedule,
  Regime,
  ScheduleOptions,
  XposSchedule,
  YarnSchedule,
} from './schedule/schedule.js'
