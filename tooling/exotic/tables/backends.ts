/**
 * Valid arguments of every function that makes a backend, or says whether one can run here.
 */
import { createWebGpuBackend, probeWebGpu, type WebGpuOptions } from '@rope/webgpu'
import type { Call, MakeArguments } from '../walk.js'

/** A GPU that has nothing to offer. */
const webGpuOptions = (): object => ({
  gpu: { requestAdapter: async () => null, wgslLanguageFeatures: new Set(['a feature']) },
  powerPreference: 'low-power',
})

const nothing = (): undefined => undefined

const limits = (): object => ({
  ...{ maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
  ...{ maxComputeWorkgroupsPerDimension: 65535, maxImmediateSize: 64 },
})

const adapterInfo = (): object => ({
  ...{ vendor: 'none', architecture: '', device: '', description: 'no GPU' },
  isFallbackAdapter: false,
})

/** All of a device that a backend uses before its first call. */
const gpuDevice = (): object => ({
  ...{ createBuffer: nothing, createBindGroup: nothing, createBindGroupLayout: nothing },
  ...{ createPipelineLayout: nothing, createShaderModule: nothing, createCommandEncoder: nothing },
  ...{ createComputePipeline: nothing, createComputePipelineAsync: nothing },
  ...{ pushErrorScope: nothing, popErrorScope: nothing, destroy: nothing },
  ...{ features: new Set(['shader-f16']), limits: limits(), adapterInfo: adapterInfo() },
  ...{ queue: { submit: nothing, writeBuffer: nothing }, lost: new Promise(nothing) },
})

const gpuAdapter = (): object => ({
  ...{ features: new Set(['shader-f16']), limits: limits(), info: adapterInfo() },
  requestDevice: async () => gpuDevice(),
})

/** A call that finds its device on one of several ways. */
function onGpu(make: (options: WebGpuOptions) => Promise<unknown>, valid: () => object): Call {
  return { run: (options) => make(options as WebGpuOptions), valid: () => [valid()] }
}

const create = async (options: WebGpuOptions): Promise<void> =>
  (await createWebGpuBackend(options)).dispose()

/** The ways to a device that the table has no room for. */
export const WEBGPU: Readonly<Record<string, Call>> = {
  'createWebGpuBackend on a device': onGpu(create, () => ({ device: gpuDevice() })),
  'createWebGpuBackend on an adapter': onGpu(create, () => ({ adapter: gpuAdapter() })),
  'createWebGpuBackend on what a gpu gives': onGpu(create, () => ({
    gpu: { requestAdapter: async () => gpuAdapter() },
  })),
  'probeWebGpu of a device': onGpu(probeWebGpu, () => ({ device: gpuDevice() })),
  'probeWebGpu of an adapter': onGpu(probeWebGpu, () => ({ adapter: gpuAdapter() })),
}

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
