/**
 * The public surface of the WebAssembly backend, with its modules inlined.
 */
export { probeWasm, type WasmBackend } from './backend.js'
export { createWasmBackend } from './create.js'
export type { WasmOptions } from './options.js'
