/**
 * Valid arguments of every function that makes a backend, or says whether one can run here.
 */
import type { MakeArguments } from '../walk.js'

/** A GPU that has nothing to offer. */
const webGpuOptions = (): object => ({
  ...{ gpu: { requestAdapter: async () => null }, powerPreference: 'low-power' },
})

/** Every function of the packages of backends. */
export const BACKENDS: Readonly<Record<string, MakeArguments>> = {
  createJsBackend: () => [],
  probeJs: () => [],
  createNativeBackend: () => [{ threads: 1, isa: 'scalar' }],
  probeNative: () => [],
  createWasmBackend: () => [{ threads: 0 }],
  probeWasm: () => [],
  createWebGpuBackend: () => [webGpuOptions()],
  probeWebGpu: () => [webGpuOptions()],
}
