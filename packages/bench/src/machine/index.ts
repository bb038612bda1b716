/**
 * What the harness knows of the machine it runs on. Nothing here needs Node.
 */
export { type Clock, clockResolution, performanceClock } from './clock.js'
export { describeEngine, type Machine } from './machine.js'
export { type WasmFeatures, wasmFeatures } from './wasm-features.js'
