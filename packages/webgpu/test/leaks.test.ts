/**
 * Ten thousand calls of every kind: what is made is bounded, and what is remembered is found again.
 */
import { createRope } from '@rope/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { EncoderHandle } from '../src/handles.js'
import {
  createWebGpuBackend,
  type GpuTensor,
  type WebGpuBackend,
  type WebGpuOptions,
} from '../src/index.js'
import { createFakeGpu, type FakeGpu, storage } from './support/fake-device.js'

const CALLS = 10_000
const CONFIG = {
  headDim: 128,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
} as const
const SHAPES = {
  q: { shape: [1, 1, 4, 128], layout: 'bshd', dtype: 'float32' },
  k: { shape: [1, 1, 2, 128], layout: 'bshd', dtype: 'float32' },
} as const

let fake: FakeGpu
let backend: WebGpuBackend

async function open(immediates: boolean): Promise<void> {
  fake = createFakeGpu({ immediates })
  const options = { device: fake.device, gpu: fake.gpu } as unknown as WebGpuOptions
  backend = await createWebGpuBackend(options)
}

function tensor(size: number): GpuTensor {
  return { buffer: storage(fake, size) } as unknown as GpuTensor
}

function bytesAlive(): number {
  return [...fake.alive].reduce((sum, { size }) => sum + size, 0)
}

const MIB = 2 ** 20

describe.each([true, false])('encoded decode steps (immediates: %s)', (immediates) => {
  beforeEach(() => open(immediates))

  test('at ever new positions', async () => {
    const kernel = await backend.prepare(CONFIG, SHAPES)
    const layers = Array.from({ length: 4 }, () => ({ q: tensor(2048), k: tensor(1024) }))
    for (let position = 0; position < CALLS / 4; position++) {
      const encoder = fake.device.createCommandEncoder()
      for (const layer of layers) {
        kernel.encode(encoder as unknown as EncoderHandle, { ...layer, positions: position })
      }
      fake.device.queue.submit([encoder.finish()])
      fake.dispatches.length = 0
    }
    // Rows of 512 bytes and numbers of 256: some chunks of 64 KiB, of which the oldest go.
    expect(bytesAlive()).toBeLessThan(72 * MIB)
    expect(fake.counts.writeBuffer).toBeLessThan(immediates ? CALLS / 4 + 10 : 1.25 * CALLS + 10)
    expect(fake.counts.createComputePipeline).toBe(1)
    const perChunk = immediates ? 4 * 20 : CALLS / 256 + 4 * 20 + 100
    expect(fake.counts.createBindGroup).toBeLessThanOrEqual(perChunk)
    expect(fake.alive.size).toBeLessThan(8 + 20 + (immediates ? 0 : 40) + 4)
  })

  test('at the same position for every layer, rows are uploaded once', async () => {
    const kernel = await backend.prepare(CONFIG, SHAPES)
    const encoder = fake.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    const layers = Array.from({ length: 32 }, () => ({ q: tensor(2048), k: tensor(1024) }))
    const before = fake.counts.writeBuffer ?? 0
    for (const layer of layers) kernel.encode(pass as never, { ...layer, positions: 77 })
    const calls = immediates ? 0 : layers.length
    // The rows, the shape's numbers, and the numbers of calls that are no immediates.
    expect((fake.counts.writeBuffer ?? 0) - before).toBe(2 + calls)
    expect(fake.dispatches).toHaveLength(32)
  })

  test('of a KV cache whose keys move on', async () => {
    const kernel = await backend.prepare(CONFIG, SHAPES)
    const q = tensor(2048)
    const cache = tensor(4096 * 1024)
    const groups = (): number => fake.counts.createBindGroup ?? 0
    for (let position = 0; position < 4000; position++) {
      const encoder = fake.device.createCommandEncoder()
      const k = { ...cache, byteOffset: position * 1024 }
      kernel.encode(encoder as unknown as EncoderHandle, { q, k, positions: position })
      fake.dispatches.length = 0
    }
    // One bind group for each chunk of rows (128 of them fit), and of numbers where there are any.
    expect(groups()).toBeLessThan(4000 / 128 + (immediates ? 0 : 4000 / 256) + 5)
  })
})

describe('calls on typed arrays', () => {
  beforeEach(() => open(true))

  test('share their buffers', async () => {
    const rope = createRope(CONFIG, { backend, layout: 'bshd' })
    const data = new Float32Array(4 * 128)
    for (let position = 0; position < CALLS; position++) {
      await rope.rotateAsync({ q: { data, shape: [1, 1, 4, 128] }, positions: position })
      fake.dispatches.length = 0
    }
    const created = fake.counts.createBuffer ?? 0
    // Tensors, results and a chunk of shapes once; a chunk of rows for every 128 positions.
    expect(created).toBeLessThan(3 + CALLS / 128 + 2)
    expect(bytesAlive()).toBeLessThan(66 * MIB)
    backend.dispose()
    expect([...fake.alive]).toEqual([])
  })

  test('of many sizes keep no more than their budget', async () => {
    const rope = createRope(CONFIG, { backend, layout: 'bshd' })
    for (let tokens = 1; tokens < 400; tokens += 7) {
      const data = new Float32Array(tokens * 40 * 128)
      await rope.rotateAsync({ q: { data, shape: [1, tokens, 40, 128] }, positions: 0 })
    }
    expect(bytesAlive()).toBeLessThan(3 * 66 * MIB)
  })
})
