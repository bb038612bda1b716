/**
 * In a program that declares WebGPU, what this package takes and gives are its objects: no casts.
 * The compiler is the judge; there is nothing to run but the stand-in that goes through.
 */
import { expect, test } from 'vitest'
import {
  type AdapterHandle,
  type BufferHandle,
  createWebGpuBackend,
  type EncoderHandle,
  type GpuTensor,
  type PassHandle,
} from '../src/index.js'
import { createFakeGpu, storage } from './support/fake-device.js'

interface Objects {
  readonly adapter: GPUAdapter
  readonly encoder: GPUCommandEncoder
  readonly pass: GPUComputePassEncoder
}

/** Compiles if each is the other. */
export function handlesOf({ adapter, encoder, pass }: Objects): Objects {
  const handles: readonly [AdapterHandle, EncoderHandle, PassHandle] = [adapter, encoder, pass]
  return { adapter: handles[0], encoder: handles[1], pass: handles[2] }
}

test("a user's own device and buffer fit, and the backend gives them back as what they are", async () => {
  const fake = createFakeGpu()
  const device: GPUDevice = fake.device
  const backend = await createWebGpuBackend({ device })
  const same: GPUDevice = backend.gpuDevice
  expect(same).toBe(device)
  const buffer: GPUBuffer = storage(fake, 64)
  const tensor: GpuTensor = { buffer, shape: [1, 1, 1, 16], layout: 'bshd', dtype: 'float32' }
  const handle: BufferHandle = tensor.buffer
  expect(handle.size).toBe(64)
})
