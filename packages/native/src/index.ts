/**
 * The public surface of the native backend.
 */
export { createNativeBackend, type NativeBackend, probeNative } from './backend.js'
export type { NativeKernel } from './kernel.js'
export type { NativeLimits } from './limits.js'
export type { NativeOptions } from './options.js'
