/**
 * @rope/webgpu/benchmark: how fast rotating is on this device, next to copying. Runs in Node and in
 * browsers.
 */
export type { Measured } from './benchmark/measure.js'
export {
  type BenchmarkCase,
  type BenchmarkOptions,
  type BenchmarkResult,
  referenceCases,
  runBenchmark,
} from './benchmark/run.js'
