/**
 * Door `@rope/core/positions`: builders of positions.
 */
export type { CoordinateAugmentation } from '../presets/positions/coordinates.js'
export {
  augmentCoordinates,
  centredCoordinates,
  countedCoordinates,
  normalisedCoordinates,
  spreadCoordinates,
  timedCoordinates,
} from '../presets/positions/coordinates.js'
export type { DualChunkOptions, DualChunkPosition } from '../presets/positions/dual-chunk.js'
export { dualChunkPosition } from '../presets/positions/dual-chunk.js'
export type { GridOptions, GridPositions } from '../presets/positions/grid.js'
export { gridPositions } from '../presets/positions/grid.js'
export type { Segment, SequencePositions } from '../presets/positions/multimodal.js'
export { sequencePositions } from '../presets/positions/multimodal.js'
export type { AttentionMask } from '../presets/positions/padding.js'
export { positionsFromMask } from '../presets/positions/padding.js'
export type {
  GridSize,
  RopeIndex,
  RopeIndexInput,
  VisionLanguageModel,
} from '../presets/positions/rope-index.js'
export { ropeIndex } from '../presets/positions/rope-index.js'
export type { TwoRangeMap } from '../presets/positions/two-range.js'
export { mapPositions, reRopeMap, selfExtendMap } from '../presets/positions/two-range.js'
