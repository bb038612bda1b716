/**
 * The benchmark of the WebGPU backend. Named re-exports only; nothing here needs Node.
 */
export { type PageMessage, type PageOptions, runGpuPage } from './page.js'
export { type GpuBenchOptions, runGpuBench } from './run.js'
