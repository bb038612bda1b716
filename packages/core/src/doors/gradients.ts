/**
 * Door `@rope/core/gradients`: gradients of positions and frequencies.
 */
export type { GradientInput, RotationGradients } from '../gradients/rotation-gradients.js'
export { rotationGradients } from '../gradients/rotation-gradients.js'
