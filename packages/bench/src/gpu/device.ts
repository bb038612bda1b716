/**
 * The few constants of WebGPU that the benchmark needs, and buffers by what they are for. Types are
 * those of @rope/webgpu, so that nothing else has to declare WebGPU.
 */
import type { BufferHandle, DeviceHandle } from '@rope/webgpu'

/** GPUMapMode.READ. */
export const MAP_READ = 1

/** GPUShaderStage.COMPUTE. */
export const STAGE_COMPUTE = 4

/** GPUBufferUsage. */
const USAGE = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  STORAGE: 0x80,
  QUERY_RESOLVE: 0x200,
} as const

/** What a buffer is for: shaders, reading back, or the results of queries. */
export type Purpose = 'storage' | 'result' | 'queries'

const USAGE_OF: Readonly<Record<Purpose, number>> = {
  storage: USAGE.STORAGE | USAGE.COPY_SRC | USAGE.COPY_DST,
  result: USAGE.MAP_READ | USAGE.COPY_DST,
  queries: USAGE.QUERY_RESOLVE | USAGE.COPY_SRC,
}

/** A buffer of so many bytes; WebGPU counts in words. */
export function createBuffer(device: DeviceHandle, purpose: Purpose, bytes: number): BufferHandle {
  const size = Math.ceil(bytes / 4) * 4
  return device.createBuffer({ label: `@rope/bench ${purpose}`, size, usage: USAGE_OF[purpose] })
}

/** The bytes of a buffer after everything that was submitted. */
export async function readBuffer(device: DeviceHandle, buffer: BufferHandle): Promise<ArrayBuffer> {
  const result = createBuffer(device, 'result', buffer.size)
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, result, 0, buffer.size)
  device.queue.submit([encoder.finish()])
  try {
    await result.mapAsync(MAP_READ)
    return result.getMappedRange().slice(0)
  } finally {
    result.destroy()
  }
}
