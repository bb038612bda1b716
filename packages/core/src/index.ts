/**
 * The public surface of the spec. Named re-exports only; nothing inside the package imports this.
 */

export { musicFlamingoPositions, musicFlamingoRope } from './axes/audio.js'
export type { AxialOptions } from './axes/axial-options.js'
export type { DenseHead } from './axes/dense.js'
export { denseRope, denseRopesByHead, headView } from './axes/dense.js'
export { ernieAxes, ggmlInterleavedAxes, interleavedAxes } from './axes/text.js'
export {
  axialRope,
  cogVideoXRope,
  cosmosRope,
  fluxRope,
  ltx2Rope,
  minimaxVisionRope,
  wanRope,
} from './axes/video.js'
export type { VisionHead } from './axes/vision.js'
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
} from './axes/vision.js'
export { type AxesOptions, axisCount, sectionAxes } from './axes.js'
export type { Q8Keys } from './cache/q8-0.js'
export { dequantiseQ8, quantiseQ8, shiftQ8 } from './cache/q8-0.js'
export type { PartialConvention, RotarySpan } from './companions/partial-rotary.js'
export { PARTIAL_ROTARY, partialRotary } from './companions/partial-rotary.js'
export type { Llama4Temperature, MinistralTemperature } from './companions/query-temperature.js'
export {
  llama4Temperature,
  logNScale,
  ministralTemperature,
} from './companions/query-temperature.js'
export type { AngleMode, RopeConfig, RopeOptions } from './config.js'
export { computeFrequencies, regimeFor, resolveConfig } from './config.js'
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
export type { GgufRopeKind } from './gguf/architectures.js'
export { GGUF_ARCHITECTURES, ggufRopeKind } from './gguf/architectures.js'
export type { GgufOptions } from './gguf/from-gguf.js'
export { fromGguf, ggufProfiles } from './gguf/from-gguf.js'
export type { GgufOutput, ToGgufOptions } from './gguf/to-gguf.js'
export { toGguf } from './gguf/to-gguf.js'
export type { GgufRope, GgufValue } from './gguf/values.js'
export { FACTOR_TENSORS } from './gguf/values.js'
export { writeGgufFile } from './gguf/write-file.js'
export type { GradientInput, RotationGradients } from './gradients/rotation-gradients.js'
export { rotationGradients } from './gradients/rotation-gradients.js'
export type { HuggingFaceOptions, HuggingFaceProfile } from './huggingface/from-hugging-face.js'
export { fromHuggingFace, huggingFaceProfiles } from './huggingface/from-hugging-face.js'
export type { ToHuggingFaceOptions } from './huggingface/to-hugging-face.js'
export { toHuggingFace } from './huggingface/to-hugging-face.js'
export type { Layout, Memory, MemoryTensor, Tensor } from './layout/tensor.js'
export { LAYOUTS } from './layout/tensor.js'
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
export type { MlxRope } from './mlx/periods.js'
export { fromMlx, toMlx } from './mlx/periods.js'
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
export type { OnnxCaches, OnnxDomain, OnnxInput, OnnxOptions, OnnxRotary } from './onnx/caches.js'
export { fromOnnx, ONNX_INPUTS, onnxInputs, toOnnx } from './onnx/caches.js'
export type { TokenArray, TokenRows } from './parallel/move-tokens.js'
export { putShard, takeShard } from './parallel/move-tokens.js'
export type { Shard, Sharding, ShardOptions } from './parallel/shard.js'
export { SHARDINGS, shardOf } from './parallel/shard.js'
export type { WholeSequence } from './parallel/shard-positions.js'
export { shardPositions } from './parallel/shard-positions.js'
export type { PermuteOptions, WeightArray } from './permute.js'
export { permutePairing } from './permute.js'
export type { PlannedCall, RotateMemory, RotateTensors } from './plan.js'
export { makeMemoryPlan, makePlan, planKey } from './plan.js'
export type { CoordinateAugmentation } from './positions/coordinates.js'
export {
  augmentCoordinates,
  centredCoordinates,
  countedCoordinates,
  normalisedCoordinates,
  spreadCoordinates,
  timedCoordinates,
} from './positions/coordinates.js'
export type { DualChunkOptions, DualChunkPosition } from './positions/dual-chunk.js'
export { dualChunkPosition } from './positions/dual-chunk.js'
export type { GridOptions, GridPositions } from './positions/grid.js'
export { gridPositions } from './positions/grid.js'
export type { Segment, SequencePositions } from './positions/multimodal.js'
export { sequencePositions } from './positions/multimodal.js'
export type { AttentionMask } from './positions/padding.js'
export { positionsFromMask } from './positions/padding.js'
export type {
  GridSize,
  RopeIndex,
  RopeIndexInput,
  VisionLanguageModel,
} from './positions/rope-index.js'
export { ropeIndex } from './positions/rope-index.js'
export type { TwoRangeMap } from './positions/two-range.js'
export { mapPositions, reRopeMap, selfExtendMap } from './positions/two-range.js'
export type {
  AxisPositions,
  PackedOptions,
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
export type { RotationTables } from './tables.js'
export { createRotationTables, lengthOfPositions } from './tables.js'
export type {
  PairingEvidence,
  PairingVerdict,
  ProjectionWeights,
  VerifyPairingOptions,
} from './weights/verify-pairing.js'
export { verifyPairing } from './weights/verify-pairing.js'
