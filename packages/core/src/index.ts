/**
 * The public surface of the spec. Named re-exports only; nothing inside the package imports this.
 */
export { multiplyRow } from './angles/multiply-row.js'
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
export { computeFrequencies, regimeFor, resolveConfig } from './config.js'
export type { DType, Elements, Float16ArrayLike, TensorData } from './dtype.js'
export { bytesPerElement, DTYPES, isDType } from './dtype.js'
export type { RopeErrorCode, RopeErrorDetails } from './errors.js'
export { RopeError } from './errors.js'
export type { GgufRopeKind } from './gguf/architectures.js'
export { GGUF_ARCHITECTURES, ggufRopeKind } from './gguf/architectures.js'
export type { GgufOptions } from './gguf/from-gguf.js'
export { fromGguf, ggufProfiles } from './gguf/from-gguf.js'
export type { GgufOutput, ToGgufOptions } from './gguf/to-gguf.js'
export { toGguf } from './gguf/to-gguf.js'
export type { GgufRope, GgufValue } from './gguf/values.js'
export { writeGgufFile } from './gguf/write-file.js'
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
export type { ToHuggingFaceOptions } from './huggingface/to-hugging-face.js'
export { toHuggingFace } from './huggingface/to-hugging-face.js'
export type { Pairing, PairingName } from './layout/pairing.js'
export { PAIRINGS, resolvePairing } from './layout/pairing.js'
export type { Layout, Memory, MemoryTensor, Tensor } from './layout/tensor.js'
export { LAYOUTS } from './layout/tensor.js'
export type { TokenArray, TokenRows } from './parallel/move-tokens.js'
export { putShard, takeShard } from './parallel/move-tokens.js'
export type { PaddedSequences } from './parallel/packed-positions.js'
export { packedPositions } from './parallel/packed-positions.js'
export type { Shard, Sharding, ShardOptions } from './parallel/shard.js'
export { SHARDINGS, shardOf } from './parallel/shard.js'
export type { WholeSequence } from './parallel/shard-positions.js'
export { shardPositions } from './parallel/shard-positions.js'
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
export type { RopeProfile, WritableProfile } from './profile.js'
export type {
  BoundRope,
  CachePlace,
  LengthOptions,
  Rope,
  RopeContext,
  RopeStep,
  RotateInput,
} from './rope.js'
export { createRope } from './rope.js'
export type { RotationBuilder, RowPrecision } from './rotation.js'
export { createRotationBuilder } from './rotation.js'
export { fopeInputs } from './schedule/fope.js'
export { SCHEDULES } from './schedule/registry.js'
export type {
  AxialSchedule,
  CustomSchedule,
  DefaultSchedule,
  DynamicSchedule,
  DynamicYarnSchedule,
  FopeSchedule,
  Frequencies,
  FrequencyFamily,
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
  RowDecay,
  RowMixture,
  Schedule,
  ScheduleOptions,
  XposSchedule,
  YarnSchedule,
} from './schedule/schedule.js'
