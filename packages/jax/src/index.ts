/**
 * The public surface of the adapter for jax-js.
 */
export { createJaxRope, type JaxRope, type JaxRopeOptions } from './jax-rope.js'
export type { RotationRows, RowsOptions } from './rows.js'
