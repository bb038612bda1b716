/**
 * What is measured: calls, their names and sizes, and the shapes of models that they come from.
 */
export { caseOf } from './case-of.js'
export { MODEL_SHAPES, type ModelShape } from './model-shape.js'
export {
  caseId,
  caseText,
  movedBytes,
  type RotationCase,
  rotationCase,
} from './rotation-case.js'
