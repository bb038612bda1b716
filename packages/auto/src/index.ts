/**
 * The front door: the fastest backend for each call, and why.
 */
export type { BackendChoice } from './asked.js'
export type { CallDescription } from './call.js'
export { type AutoBackend, createAutoBackend } from './create-backend.js'
export { type AutoRope, createRope } from './create-rope.js'
export type {
  BackendExplanation,
  CallExplanation,
  Explanation,
} from './explain/explanation.js'
export type { EncodeTarget, GpuInput, GpuTensorInput } from './gpu/gpu-input.js'
export type { AutoOptions, BackendOptions } from './options.js'
export type { Debug, DebugOption } from './platform/debug.js'
