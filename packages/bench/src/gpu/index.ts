/**
 * The benchmark of the WebGPU backend. Named re-exports only; nothing here needs Node.
 */
export { CopyKernel, copyShader } from './copy-kernel.js'
export { type GpuBenchSize, gpuCases, gpuGoals } from './groups.js'
export type { OnnxRuntimeWeb } from './onnxruntime-call.js'
export { type PageMessage, type PageOptions, runGpuPage } from './page.js'
export { PassWatch, type Watched } from './pass-watch.js'
export { type GpuBenchOptions, runGpuBench } from './run.js'
export type { LoadedPeer } from './session.js'
export { gpuStopwatch, greatestStep, type Stopwatch, wallStopwatch } from './stopwatch.js'
