/**
 * The public surface of the spec. Named re-exports only; nothing inside the package imports this.
 */

export { type AxesOptions, axisCount, sectionAxes } from './config/axes.js'
export type { AngleMode, RopeConfig, RopeOptions } from './config/config.js'
export { computeFrequencies, regimeFor, resolveConfig } from './config/config.js'
export { allocationBytes } from './contract/allocation.js'
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
} from './contract/backend.js'
export { bindKernel } from './contract/bind-kernel.js'
export { checkMemory, goneMemory, reachesMemory, watchMemory } from './contract/bound-memory.js'
export { checkRest, multiplyRow } from './contract/multiply-row.js'
export type { Pairing, PairingName } from './contract/pairing.js'
export { PAIRINGS, resolvePairing } from './contract/pairing.js'
export type { RopeErrorCode, RopeErrorDetails } from './errors.js'
export { RopeError } from './errors.js'
export type { GradientInput, RotationGradients } from './gradients/rotation-gradients.js'
export { rotationGradients } from './gradients/rotation-gradients.js'
export type { Q8Keys } from './kv-cache/q8-0.js'
export { dequantiseQ8, quantiseQ8, shiftQ8 } from './kv-cache/q8-0.js'
export type { TypedArrayKind } from './memory.js'
export {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  elementBytesOf,
  isSharedBuffer,
  kindOf,
  lengthOf,
} from './memory.js'
export type { GgufRopeKind } from './models/gguf/architectures.js'
export { GGUF_ARCHITECTURES, ggufRopeKind } from './models/gguf/architectures.js'
export type { GgufOptions } from './models/gguf/from-gguf.js'
export { fromGguf, ggufProfiles } from './models/gguf/from-gguf.js'
export type { GgufOutput, ToGgufOptions } from './models/gguf/to-gguf.js'
export { toGguf } from './models/gguf/to-gguf.js'
export type { GgufRope, GgufValue } from './models/gguf/values.js'
export { FACTOR_TENSORS } from './models/gguf/values.js'
export { writeGgufFile } from './models/gguf/write-file.js'
export type {
  HuggingFaceOptions,
  HuggingFaceProfile,
} from './models/huggingface/from-hugging-face.js'
export { fromHuggingFace, huggingFaceProfiles } from './models/huggingface/from-hugging-face.js'
export type { ToHuggingFaceOptions } from './models/huggingface/to-hugging-face.js'
export { toHuggingFace } from './models/huggingface/to-hugging-face.js'
export type { MlxRope } from './models/mlx/periods.js'
export { fromMlx, toMlx } from './models/mlx/periods.js'
export type {
  OnnxCaches,
  OnnxDomain,
  OnnxInput,
  OnnxOptions,
  OnnxRotary,
} from './models/onnx/caches.js'
export { fromOnnx, ONNX_INPUTS, onnxInputs, toOnnx } from './models/onnx/caches.js'
export type { RopeProfile, WritableProfile } from './models/profile.js'
export type { DType, Elements, Float16ArrayLike, TensorData } from './numbers/dtype.js'
export { bytesPerElement, DTYPES, isDType } from './numbers/dtype.js'
export { elementsOf, partOf, setElements } from './numbers/elements.js'
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
} from './numbers/half-float.js'
export type { TokenArray, TokenRows } from './parallel/move-tokens.js'
export { putShard, takeShard } from './parallel/move-tokens.js'
export type { Shard, Sharding, ShardOptions } from './parallel/shard.js'
export { SHARDINGS, shardOf } from './parallel/shard.js'
export type { WholeSequence } from './parallel/shard-positions.js'
export { shardPositions } from './parallel/shard-positions.js'
export type { PlannedCall, RotateMemory, RotateTensors } from './plan/plan.js'
export { makeMemoryPlan, makePlan, planKey } from './plan/plan.js'
export type { Layout, Memory, MemoryTensor, Tensor } from './plan/tensor.js'
export { LAYOUTS } from './plan/tensor.js'
export type {
  AxisPositions,
  PackedOptions,
  PositionArray,
  PositionSource,
  Positions,
  PositionTable,
} from './positions/positions.js'
export { expandPositions, readPositions } from './positions/positions.js'
export { musicFlamingoPositions, musicFlamingoRope } from './presets/audio.js'
export type { AxialOptions } from './presets/axial-options.js'
export type { DenseHead } from './presets/dense.js'
export { denseRope, denseRopesByHead, headView } from './presets/dense.js'
export type { PartialConvention, RotarySpan } from './presets/partial-rotary.js'
export { PARTIAL_ROTARY, partialRotary } from './presets/partial-rotary.js'
export type { CoordinateAugmentation } from './presets/positions/coordinates.js'
export {
  augmentCoordinates,
  centredCoordinates,
  countedCoordinates,
  normalisedCoordinates,
  spreadCoordinates,
  timedCoordinates,
} from './presets/positions/coordinates.js'
export type { DualChunkOptions, DualChunkPosition } from './presets/positions/dual-chunk.js'
export { dualChunkPosition } from './presets/positions/dual-chunk.js'
export type { GridOptions, GridPositions } from './presets/positions/grid.js'
export { gridPositions } from './presets/positions/grid.js'
export type { Segment, SequencePositions } from './presets/positions/multimodal.js'
export { sequencePositions } from './presets/positions/multimodal.js'
export type { AttentionMask } from './presets/positions/padding.js'
export { positionsFromMask } from './presets/positions/padding.js'
export type {
  GridSize,
  RopeIndex,
  RopeIndexInput,
  VisionLanguageModel,
} from './presets/positions/rope-index.js'
export { ropeIndex } from './presets/positions/rope-index.js'
export type { TwoRangeMap } from './presets/positions/two-range.js'
export { mapPositions, reRopeMap, selfExtendMap } from './presets/positions/two-range.js'
export type { Llama4Temperature, MinistralTemperature } from './presets/query-temperature.js'
export {
  llama4Temperature,
  logNScale,
  ministralTemperature,
} from './presets/query-temperature.js'
export { ernieAxes, ggmlInterleavedAxes, interleavedAxes } from './presets/text.js'
export {
  axialRope,
  cogVideoXRope,
  cosmosRope,
  fluxRope,
  ltx2Rope,
  minimaxVisionRope,
  wanRope,
} from './presets/video.js'
export type { VisionHead } from './presets/vision.js'
export {
  dinov3Rope,
  gemma4VisionRopes,
  kimiVisionRope,
  llama4VisionRope,
  loftrRope,
  museVisionRope,
  pixelRope,
  pixtralVisionRope,
  qwen2VisionRope,
  sam2Rope,
} from './presets/vision.js'
export type {
  BoundRope,
  CachePlace,
  LengthOptions,
  Rope,
  RopeContext,
  RopeStep,
  RotateInput,
} from './rope/rope.js'
export { createRope } from './rope/rope.js'
export type { RotationBuilder, RowPrecision } from './rotation/rotation.js'
export { createRotationBuilder } from './rotation/rotation.js'
export type { RotationTables } from './rotation/tables.js'
export { createRotationTables, lengthOfPositions } from './rotation/tables.js'
export { fopeInputs } from './schedule/fope.js'
export { dependsOnLength, SCHEDULES } from './schedule/registry.js'
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
export type { PermuteOptions, WeightArray } from './weights/permute-pairing.js'
export { permutePairing } from './weights/permute-pairing.js'
export type {
  PairingEvidence,
  PairingVerdict,
  ProjectionWeights,
  VerifyPairingOptions,
} from './weights/verify-pairing.js'
export { verifyPairing } from './weights/verify-pairing.js'
