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
// While the house is being redrawn the root still re-exports what has moved behind a door. Programs
// import it from there; these lines go.
export type {
  Backend,
  Capabilities,
  Elements,
  FrequencyFamily,
  Kernel,
  Memory,
  MemoryTensor,
  OperandPlan,
  Pairing,
  Plan,
  PlannedCall,
  PositionSource,
  PositionTable,
  Probe,
  RotateMemory,
  Rotation,
  RotationBuilder,
  RotationTables,
  RowDecay,
  RowFactors,
  RowMixture,
  RowPrecision,
  Schedule,
  Span,
  SpecVersion,
  Strides,
  Support,
  TypedArrayKind,
  View,
} from './doors/backend.js'
export {
  allocationBytes,
  bindKernel,
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  bytesPerElement,
  checkMemory,
  checkRest,
  createRotationBuilder,
  createRotationTables,
  decodeBFloat16,
  decodeFloat16,
  elementBytesOf,
  elementsOf,
  encodeBFloat16,
  encodeFloat16,
  expandPositions,
  fromFloat32Array,
  goneMemory,
  isDType,
  isSharedBuffer,
  kindOf,
  lengthOf,
  lengthOfPositions,
  makeMemoryPlan,
  makePlan,
  multiplyRow,
  narrowToBFloat16,
  narrowToFloat16,
  partOf,
  planKey,
  reachesMemory,
  readPositions,
  resolvePairing,
  setElements,
  toFloat32Array,
  watchMemory,
  widenFloat16,
} from './doors/backend.js'
export type {
  GgufOptions,
  GgufOutput,
  GgufRope,
  GgufRopeKind,
  GgufValue,
  ToGgufOptions,
} from './doors/gguf.js'
export {
  FACTOR_TENSORS,
  fromGguf,
  GGUF_ARCHITECTURES,
  ggufProfiles,
  ggufRopeKind,
  toGguf,
  writeGgufFile,
} from './doors/gguf.js'
export type { GradientInput, RotationGradients } from './doors/gradients.js'
export { rotationGradients } from './doors/gradients.js'
export type {
  HuggingFaceOptions,
  HuggingFaceProfile,
  RopeProfile,
  ToHuggingFaceOptions,
  WritableProfile,
} from './doors/huggingface.js'
export { fromHuggingFace, huggingFaceProfiles, toHuggingFace } from './doors/huggingface.js'
export type { Q8Keys } from './doors/kv-cache.js'
export { dequantiseQ8, quantiseQ8, shiftQ8 } from './doors/kv-cache.js'
export type { MlxRope } from './doors/mlx.js'
export { fromMlx, toMlx } from './doors/mlx.js'
export type { OnnxCaches, OnnxDomain, OnnxInput, OnnxOptions, OnnxRotary } from './doors/onnx.js'
export { fromOnnx, ONNX_INPUTS, onnxInputs, toOnnx } from './doors/onnx.js'
export type {
  Shard,
  Sharding,
  ShardOptions,
  TokenArray,
  TokenRows,
  WholeSequence,
} from './doors/parallel.js'
export { putShard, SHARDINGS, shardOf, shardPositions, takeShard } from './doors/parallel.js'
export type {
  AttentionMask,
  CoordinateAugmentation,
  DualChunkOptions,
  DualChunkPosition,
  GridOptions,
  GridPositions,
  GridSize,
  RopeIndex,
  RopeIndexInput,
  Segment,
  SequencePositions,
  TwoRangeMap,
  VisionLanguageModel,
} from './doors/positions.js'
export {
  augmentCoordinates,
  centredCoordinates,
  countedCoordinates,
  dualChunkPosition,
  gridPositions,
  mapPositions,
  normalisedCoordinates,
  positionsFromMask,
  reRopeMap,
  ropeIndex,
  selfExtendMap,
  sequencePositions,
  spreadCoordinates,
  timedCoordinates,
} from './doors/positions.js'
export type {
  AxialOptions,
  DenseHead,
  Llama4Temperature,
  MinistralTemperature,
  PartialConvention,
  RotarySpan,
  VisionHead,
  XposOptions,
} from './doors/presets.js'
export {
  axialRope,
  cogVideoXRope,
  cosmosRope,
  denseRope,
  denseRopesByHead,
  dinov3Rope,
  ernieAxes,
  fluxRope,
  fopeInputs,
  gemma4VisionRopes,
  ggmlInterleavedAxes,
  headView,
  interleavedAxes,
  kimiVisionRope,
  llama4Temperature,
  llama4VisionRope,
  loftrRope,
  logNScale,
  ltx2Rope,
  minimaxVisionRope,
  ministralTemperature,
  museVisionRope,
  musicFlamingoPositions,
  musicFlamingoRope,
  PARTIAL_ROTARY,
  partialRotary,
  pixelRope,
  pixtralVisionRope,
  qwen2VisionRope,
  sam2Rope,
  wanRope,
  xposRopes,
} from './doors/presets.js'
export type {
  PairingEvidence,
  PairingVerdict,
  PermuteOptions,
  ProjectionWeights,
  VerifyPairingOptions,
  WeightArray,
} from './doors/weights.js'
export { permutePairing, verifyPairing } from './doors/weights.js'
export type { RopeErrorCode, RopeErrorDetails } from './errors.js'
export { RopeError } from './errors.js'
export type { DType, Float16ArrayLike, TensorData } from './numbers/dtype.js'
export { DTYPES } from './numbers/dtype.js'
export type { RotateTensors } from './plan/plan.js'
export type { Layout, Tensor } from './plan/tensor.js'
export { LAYOUTS } from './plan/tensor.js'
export type {
  AxisPositions,
  PackedOptions,
  PositionArray,
  Positions,
} from './positions/positions.js'
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
