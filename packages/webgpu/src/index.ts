/**
 * The public surface of the WebGPU backend.
 */
export { createWebGpuBackend, type WebGpuBackend } from './backend.js'
export type {
  ArrayCall,
  GpuCall,
  GpuCallShape,
  GpuPositions,
  TableOptions,
} from './gpu-call.js'
export type { GpuKernel } from './gpu-kernel.js'
export type { GpuRotation } from './gpu-rotation.js'
export type { GpuTensor, GpuTensorShape } from './gpu-tensor.js'
export type {
  AdapterHandle,
  BufferHandle,
  DeviceHandle,
  EncoderHandle,
  GpuHandle,
  PassHandle,
} from './handles.js'
export type { WebGpuOptions } from './options.js'
export { probeWebGpu } from './probe.js'
