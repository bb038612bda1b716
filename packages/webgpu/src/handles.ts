/**
 * WebGPU objects as they cross the border to the user. In a program that declares WebGPU (the DOM
 * library, @webgpu/types) these are the declared types; elsewhere they are objects of which nothing
 * is known, so that nobody needs declarations in order to compile.
 */

type Declared<Name extends string> =
  typeof globalThis extends Record<Name, { readonly prototype: infer Real }> ? Real : object

/** `navigator.gpu`, or what `create` of the npm package `webgpu` returns. */
export type GpuHandle = Declared<'GPU'>

/** A GPUAdapter. */
export type AdapterHandle = Declared<'GPUAdapter'>

/** A GPUDevice. */
export type DeviceHandle = Declared<'GPUDevice'>

/** A GPUBuffer. */
export type BufferHandle = Declared<'GPUBuffer'>

/** A GPUCommandEncoder. */
export type EncoderHandle = Declared<'GPUCommandEncoder'>

/** A GPUComputePassEncoder: an open pass. */
export type PassHandle = Declared<'GPUComputePassEncoder'>
