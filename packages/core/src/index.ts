/**
 * The public surface of the spec. Named re-exports only; nothing inside the package imports this.
 */
export { type AxesOptions, axisCount, sectionAxes } from './axes.js'
export type {
  Backend,
  Capabilities,
  Kernel,
  OperandPlan,
  Plan,
  Probe,
  Rotation,
  RowFactors,
  Span,
  SpecVersion,
  Strides,
  Support,
  View,
} from './backend.js'
export type { AngleMode, RopeConfig, RopeOptions } from './config.js'
export { computeFrequencies, resolveConfig } from './config.js'
export type { DType, Elements, Float16ArrayLike, TensorData } from './dtype.js'
export { bytesPerElement, DTYPES, isDType } from './dtype.js'
export type { RopeErrorCode, RopeErrorDetails } from './errors.js'
export { RopeError } from './errors.js'
export {
  decodeBFloat16,
  decodeFloat16,
  encodeBFloat16,
  encodeFloat16,
  fromFloat32Array,
  narrowToBFloat16,
  narrowToFloat16,
  toFloat32Array,
  widenFloat16,
} from './half-float.js'
export type { HuggingFaceOptions, HuggingFaceProfile } from './huggingface/from-hugging-face.js'
export { fromHuggingFace, huggingFaceProfiles } from './huggingface/from-hugging-face.js'
export type { Pairing, PairingName } from './layout/pairing.js'
export { PAIRINGS, resolvePairing } from './layout/pairing.js'
export type { Layout, Memory, MemoryTensor, Tensor } from './layout/tensor.js'
export { LAYOUTS } from './layout/tensor.js'
export type { PermuteOptions, WeightArray } from './permute.js'
export { permutePairing } from './permute.js'
export type { PlannedCall, RotateMemory, RotateTensors } from './plan.js'
export { makeMemoryPlan, makePlan, planKey } from './plan.js'
export type {
  AxisPositions,
  PositionArray,
  PositionSource,
  Positions,
  PositionTable,
} from './positions.js'
export { expandPositions, readPositions } from './positions.js'
export type { BoundRope, Rope, RopeContext, RopeStep, RotateInput } from './rope.js'
export { createRope } from './rope.js'
export type { RotationBuilder, RowPrecision } from './rotation.js'
export { createRotationBuilder } from './rotation.js'
export { SCHEDULES } from './schedule/registry.js'
export type {
  CustomSchedule,
  DefaultSchedule,
  Frequencies,
  LinearSchedule,
  Llama3Schedule,
  NtkAlphaSchedule,
  NtkSchedule,
  ProportionalSchedule,
  Schedule,
  ScheduleOptions,
  YarnSchedule,
} from './schedule/schedule.js'
