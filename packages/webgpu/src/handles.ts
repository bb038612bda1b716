/**
 * WebGPU objects as they cross the border to the user. In a program that declares WebGPU (the DOM
 * library, @webgpu/types) these are the declared types; elsewhere they are this package's own
 * structural ones, so that nobody needs declarations in order to compile.
 */
import type {
  Gpu,
  GpuAdapter,
  GpuBuffer,
  GpuCommandEncoder,
  GpuComputePass,
  GpuDevice,
} from './webgpu-types.js'

type Declared<Name extends string, Otherwise> =
  typeof globalThis extends Record<Name, { readonly prototype: infer Real }> ? Real : Otherwise

/** `navigator.gpu`, or what `create` of the npm package `webgpu` returns. */
export type GpuHandle = Declared<'GPU', Gpu>

/** A GPUAdapter. */
export type AdapterHandle = Declared<'GPUAdapter', GpuAdapter>

/** A GPUDevice. */
export type DeviceHandle = Declared<'GPUDevice', GpuDevice>

/** A GPUBuffer. */
export type BufferHandle = Declared<'GPUBuffer', GpuBuffer>

/** A GPUCommandEncoder. */
export type EncoderHandle = Declared<'GPUCommandEncoder', GpuCommandEncoder>

/** A GPUComputePassEncoder: an open pass. */
export type PassHandle = Declared<'GPUComputePassEncoder', GpuComputePass>
