/**
 * Typed arrays as GPU buffers and back, and what a rotation of them should give.
 */
import { createRope, type DType, type Positions, type RopeOptions, type Tensor } from '@rope/core'
import { type Elements, fromFloat32Array, toFloat32Array } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { expect } from 'vitest'
import type { GpuTensor } from '../../src/gpu-tensor.js'
import { MAP_READ, USAGE } from '../../src/webgpu-constants.js'

/** Bytes as words, padded with a pattern that must survive. */
export function toBuffer(device: GPUDevice, bytes: Uint8Array): GPUBuffer {
  const size = Math.ceil(bytes.length / 4) * 4
  const usage = USAGE.STORAGE | USAGE.COPY_DST | USAGE.COPY_SRC
  const buffer = device.createBuffer({ size, usage })
  const words = new Uint8Array(size)
  words.set(bytes)
  device.queue.writeBuffer(buffer, 0, words)
  return buffer
}

/** Elements on the GPU. */
export function elementsToBuffer(device: GPUDevice, elements: Elements): GPUBuffer {
  return toBuffer(device, new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength))
}

/** All bytes of a buffer. */
export async function readBuffer(device: GPUDevice, buffer: GPUBuffer): Promise<Uint8Array> {
  const usage = USAGE.MAP_READ | USAGE.COPY_DST
  const result = device.createBuffer({ size: buffer.size, usage })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, result, 0, buffer.size)
  device.queue.submit([encoder.finish()])
  await result.mapAsync(MAP_READ)
  const bytes = new Uint8Array(result.getMappedRange()).slice()
  result.destroy()
  return bytes
}

/** The elements of a buffer. */
export async function readElements(
  device: GPUDevice,
  buffer: GPUBuffer,
  dtype: DType,
  length: number,
): Promise<Elements> {
  const { buffer: bytes } = await readBuffer(device, buffer)
  return dtype === 'float32'
    ? new Float32Array(bytes, 0, length)
    : new Uint16Array(bytes, 0, length)
}

/** A tensor argument for a buffer. */
export function tensorIn(
  buffer: GPUBuffer,
  more: Partial<Omit<GpuTensor, 'buffer'>> = {},
): GpuTensor {
  return { buffer, ...more } as unknown as GpuTensor
}

/** Numbers of mixed size and sign, as elements. */
export function numbers(dtype: DType, length: number, seed = 1): Elements {
  const values = Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed) * 4)
  return fromFloat32Array(values, dtype) as Elements
}

/** What the JavaScript backend makes of the same call, in place. */
export function expected(
  options: RopeOptions,
  elements: Elements,
  tensor: Omit<Tensor, 'data'>,
  positions: Positions,
  how: 'rotate' | 'inverse' | 'shift' = 'rotate',
): Elements {
  const data = elements.slice()
  const rope = createRope(options, { backend: createJsBackend() })
  if (how === 'shift') rope.shift({ ...tensor, data }, positions)
  else rope.rotate({ q: { ...tensor, data }, positions, inverse: how === 'inverse' })
  return data
}

/**
 * Fails unless results are close to those of the JavaScript backend. Both are off from truth by a
 * part of the norm of their pair: at most 3 * 2^-24 on a CPU and twice that on a GPU, which may
 * round to either neighbour, and as much again for storage in 16 bits (2^-11 and 2^-8). Norms are
 * at most 4 * sqrt(2) here, times the attention factor.
 */
export function expectClose(dtype: DType, actual: Elements, wanted: Elements, factor = 1): void {
  const storage = { float64: 0, float32: 0, float16: 2 ** -11, bfloat16: 2 ** -8 }[dtype]
  const allowed = 3 * (3 * 2 ** -24 + storage) * 4 * Math.SQRT2 * factor
  const a = toFloat32Array(actual, dtype)
  const b = toFloat32Array(wanted, dtype)
  expect(a.length).toBe(b.length)
  let worst = 0
  a.forEach((value, i) => {
    const distance = Math.abs(value - (b[i] ?? Number.NaN))
    worst = distance <= worst ? worst : distance
  })
  expect(worst).toBeLessThanOrEqual(allowed)
}
