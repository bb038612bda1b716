/**
 * `@rope/core/reference`: RoPE from the paper's formulas (RoFormer, Su et al. 2021, arXiv
 * 2104.09864), for clarity and not for speed, and the two oracles that every backend is compared
 * with. It shares no code with the fast path.
 */
export {
  type AttentionRotation,
  attentionScores,
  dot,
  feature,
  linearAttention,
  rotateTokens,
  softmaxAttention,
  softmaxWeights,
  type Tokens,
} from './attention.js'
export {
  add,
  type Big,
  divide,
  fromDouble,
  multiply,
  negate,
  PRECISION,
  roundTo,
  toDouble,
  toFloat32,
} from './big.js'
export { type PairChannels, pairChannels } from './channels.js'
export {
  complexScore,
  type DecayBounds,
  decayBounds,
  meanPartialSum,
  pairProducts,
  partialSums,
  productSteps,
} from './decay.js'
export { type ExactTurn, exactCosSin, exactPi, exponential, logarithm } from './elementary.js'
export { cosSin, exactAngle, exactPower } from './exact-angle.js'
export { blockDiagonalMatrix, rotateByBlockDiagonal } from './faces/block-diagonal.js'
export {
  type Complex,
  conjugate,
  fromComplex,
  multiplyComplex,
  rotateByComplex,
  toComplex,
  unitComplex,
} from './faces/complex.js'
export { perChannel, quarterTurn, rotateByElements } from './faces/element-wise.js'
export { applyMatrix, type Matrix, rotateByMatrix, rotationMatrix } from './faces/matrix.js'
export { FLOAT_FORMATS, type FloatFormat } from './float-format.js'
export {
  attentionFactor,
  exactFrequencies,
  float32Frequencies,
  inverseFrequencies,
} from './frequencies.js'
export { decodeHalf, encodeHalf, type HalfFormat, narrowToHalf, widenHalf } from './half-float.js'
export { countElements, type LogicalSizes, type LogicalWindow } from './logical-tensor.js'
export { modelRotate } from './model.js'
export {
  exactAngles,
  exactRows,
  float32Angles,
  type OracleRows,
  oracleRows,
  type RowPositions,
  type RowPrecision,
} from './oracle-rows.js'
export { reorderChannels } from './permutation.js'
export { truthRotate } from './truth.js'
