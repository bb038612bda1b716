/**
 * The objects of the npm package `webgpu` end the process when the GPU they stem from is collected
 * before them. Everything here collects garbage between any two steps.
 */
import { createRope } from '@rope/core'
import { expect, test } from 'vitest'
import type { GpuHandle } from '../../src/handles.js'
import { createWebGpuBackend } from '../../src/index.js'
import { findNodeGpu } from '../support/node-gpu.js'

const CONFIG = { headDim: 8, pairing: 'half', schedule: { type: 'default', base: 10000 } } as const
const CALLS = 200

function collect(): void {
  const { gc } = globalThis as { readonly gc?: () => void }
  if (gc === undefined) throw new Error('start Node with --expose-gc')
  gc()
}

// Chooses the driver; the GPU that it finds is not the one that is used.
const found = await findNodeGpu()

test('there is a GPU', () => expect(found.gpu).not.toBeNull())

test('a backend that found its own GPU outlives many calls', async () => {
  const backend = await createWebGpuBackend()
  const rope = createRope(CONFIG, { backend, layout: 'bshd' })
  const data = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0)
  for (let call = 0; call < CALLS; call++) {
    collect()
    await rope.rotateAsync({ q: { data, shape: [1, 1, 1, 8] }, positions: 1 })
  }
  expect(data[0]).toBeCloseTo(Math.cos(CALLS), 4)
  expect(data[4]).toBeCloseTo(Math.sin(CALLS), 4)
  backend.dispose()
})

test('so does its device, when the backend is forgotten', async () => {
  const device = (await createWebGpuBackend()).gpuDevice as unknown as GPUDevice
  for (let call = 0; call < 50; call++) {
    collect()
    const buffer = device.createBuffer({ size: 64, usage: 1 | 8 })
    device.queue.writeBuffer(buffer, 0, new Uint32Array(16).fill(call))
    await buffer.mapAsync(1)
    expect(new Uint32Array(buffer.getMappedRange())[15]).toBe(call)
    buffer.destroy()
  }
  device.destroy()
})

test('a device that is given, with another GPU named, keeps its own', async () => {
  const opened = await createWebGpuBackend()
  const other = { requestAdapter: async () => null } as unknown as GpuHandle
  const backend = await createWebGpuBackend({ device: opened.gpuDevice, gpu: other })
  const rope = createRope(CONFIG, { backend, layout: 'bshd' })
  const data = new Float32Array(8).fill(1)
  for (let call = 0; call < 50; call++) {
    collect()
    await rope.rotateAsync({ q: { data, shape: [1, 1, 1, 8] }, positions: 0 })
  }
  expect([...data]).toEqual(new Array(8).fill(1))
  backend.dispose()
  opened.dispose()
})

test('backends come and go, disposed of or not', async () => {
  for (let i = 0; i < 10; i++) {
    const backend = await createWebGpuBackend()
    const rope = createRope(CONFIG, { backend, layout: 'bshd' })
    const data = new Float32Array(8).fill(1)
    await rope.rotateAsync({ q: { data, shape: [1, 1, 1, 8] }, positions: 0 })
    expect([...data]).toEqual(new Array(8).fill(1))
    if (i % 2 === 0) backend.dispose()
    collect()
  }
})

/** Bytes of a tensor, large enough that one lost per call is found out. */
const TENSOR = 64 * 1024

/** How much memory the process has gained in `work`, in bytes, with what is unused collected. */
async function gained(work: () => Promise<void>): Promise<number> {
  collect()
  const before = process.memoryUsage().rss
  await work()
  collect()
  return process.memoryUsage().rss - before
}

test('ten thousand encoded calls leave no memory behind', async () => {
  const backend = await createWebGpuBackend()
  const device = backend.gpuDevice as unknown as GPUDevice
  const shape = [1, 1, TENSOR / 32, 8]
  const kernel = await backend.prepare(CONFIG, { q: { shape, layout: 'bshd', dtype: 'float32' } })
  const buffers = [0, 1].map(() => device.createBuffer({ size: TENSOR, usage: 0x80 }))
  let position = 0
  const calls = async (count: number): Promise<void> => {
    for (let submitted = 0; submitted < count; submitted += 50) {
      const encoder = device.createCommandEncoder()
      for (let call = 0; call < 50; call++) {
        const q = { buffer: buffers[call % 2] }
        kernel.encode(encoder as never, { q, positions: position++ } as never)
      }
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
    }
  }
  await calls(1000)
  // A tensor per call would be 650 MB; some megabytes are rows that are kept, and the engine's own.
  expect(await gained(() => calls(10_000))).toBeLessThan(96 * 2 ** 20)
  backend.dispose()
})

test('nor do a thousand calls on arrays', async () => {
  const backend = await createWebGpuBackend()
  const rope = createRope(CONFIG, { backend, layout: 'bshd' })
  const q = { data: new Float32Array(TENSOR / 4), shape: [1, 1, TENSOR / 32, 8] }
  const calls = async (count: number): Promise<void> => {
    for (let call = 0; call < count; call++) await rope.rotateAsync({ q, positions: call })
  }
  await calls(200)
  // Two buffers per call would be 130 MB.
  expect(await gained(() => calls(1000))).toBeLessThan(48 * 2 ** 20)
  backend.dispose()
})
