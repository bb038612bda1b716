/**
 * A GPU that fails: the caller's data is untouched, the error says what happened, our buffers are
 * gone, and the next call works where one can.
 */
import { createRope } from '@rope/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { GpuTensor } from '../src/gpu-tensor.js'
import type { PassHandle } from '../src/handles.js'
import { createWebGpuBackend, type WebGpuBackend, type WebGpuOptions } from '../src/index.js'
import { refusal } from './support/errors.js'
import { createFakeGpu, type FakeGpu, type Fault, storage } from './support/fake-device.js'

const CONFIG = { headDim: 8, pairing: 'half', schedule: { type: 'default', base: 10000 } } as const
const SHAPE = [1, 3, 2, 8]

let fake: FakeGpu
let backend: WebGpuBackend

beforeEach(async () => {
  fake = createFakeGpu()
  const options = { device: fake.device, gpu: fake.gpu } as unknown as WebGpuOptions
  backend = await createWebGpuBackend(options)
})

function call(): { readonly data: Float32Array; readonly run: () => Promise<void> } {
  const data = Float32Array.from({ length: 48 }, (_, i) => i)
  const rope = createRope(CONFIG, { backend })
  return {
    data,
    run: () => rope.rotateAsync({ q: { data, shape: SHAPE, layout: 'bshd' }, positions: 3 }),
  }
}

const UNTOUCHED = Float32Array.from({ length: 48 }, (_, i) => i)

describe('a call on typed arrays', () => {
  test.each<[string, Fault, string, string]>([
    ['out of memory', 'createBuffer', 'out-of-memory', 'not enough memory'],
    ['a validation error', 'submit', 'validation', 'invalid bind group'],
    ['a refused shader', 'createComputePipeline', 'internal', 'driver bug'],
    ['results that cannot be mapped', 'mapAsync', 'none', 'mapping failed'],
  ])('%s is BACKEND_FAILED with its cause', async (_, at, filter, message) => {
    const { data, run } = call()
    fake.fail(at, { filter, message })
    const error = await refusal(run)
    expect(error.code).toBe('BACKEND_FAILED')
    expect(error.message).toContain(message)
    expect(String((error.cause as { message?: unknown }).message)).toContain(message)
    expect(data).toEqual(UNTOUCHED)
    fake.heal()
    await run()
  })

  test('leaves no buffer behind but what is kept for rows', async () => {
    const { run } = call()
    fake.fail('submit', { filter: 'validation', message: 'no' })
    for (let i = 0; i < 20; i++) await refusal(run)
    const labels = [...fake.alive].map(({ label }) => label.split(';')[0])
    expect(labels.sort()).toEqual(['@rope/webgpu rows', '@rope/webgpu shapes'])
  })

  test('a device lost while it works', async () => {
    const { data, run } = call()
    const pending = run()
    fake.lose('unknown', 'the driver crashed')
    const error = await refusal(() => pending)
    expect(error.code).toBe('BACKEND_FAILED')
    expect(error.message).toMatch(/lost/)
    expect(data).toEqual(UNTOUCHED)
  })

  test('memory that is transferred away while the GPU works is refused, all of it', async () => {
    const rope = createRope(CONFIG, { backend })
    const q = { data: new Float32Array(48).fill(1), shape: SHAPE, layout: 'bshd' } as const
    const k = { data: new Float32Array(48).fill(2), shape: SHAPE, layout: 'bshd' } as const
    const out = { q: { ...q, data: new Float32Array(48) }, k: { ...k, data: new Float32Array(48) } }
    const pending = rope.rotateAsync({ q, k, out, positions: 0 })
    structuredClone(out.k.data.buffer, { transfer: [out.k.data.buffer] })
    expect((await refusal(() => pending)).code).toBe('INVALID_TENSOR')
    expect(out.q.data).toEqual(new Float32Array(48))
  })
})

describe('a table that the device has no memory for', () => {
  const shapes = {
    q: { shape: SHAPE, layout: 'bshd', dtype: 'float32' },
    table: { rows: 64, outOfRange: 'clamp' },
  } as const

  test('is BACKEND_FAILED with its cause, leaves nothing behind, and can be tried again', async () => {
    const before = fake.alive.size
    fake.fail('createBuffer', { filter: 'out-of-memory', message: 'not enough memory' })
    const errors = await Promise.all(
      [1, 2].map(() => refusal(() => backend.prepare(CONFIG, shapes))),
    )
    for (const { code, message, cause } of errors) {
      expect(code).toBe('BACKEND_FAILED')
      expect(message).toContain('not enough memory')
      expect(String((cause as { message?: unknown }).message)).toContain('not enough memory')
    }
    expect(fake.alive.size).toBe(before)
    fake.heal()
    const kernel = await backend.prepare(CONFIG, shapes)
    expect(kernel.status).not.toBeNull()
  })

  test('a shader that is refused, too', async () => {
    const before = fake.alive.size
    fake.fail('createComputePipeline', { filter: 'internal', message: 'driver bug' })
    const error = await refusal(() =>
      backend.prepare(CONFIG, { q: { shape: SHAPE, layout: 'bshd', dtype: 'float32' } }),
    )
    expect(error.code).toBe('BACKEND_FAILED')
    expect(error.message).toContain('driver bug')
    expect(fake.alive.size).toBe(before)
  })
})

describe('a lost device', () => {
  test('refuses everything from then on, and says why', async () => {
    const kernel = await backend.prepare(CONFIG, {
      q: { shape: SHAPE, layout: 'bshd', dtype: 'float32' },
    })
    fake.lose('destroyed', 'the tab went to sleep')
    await Promise.resolve()
    const pass = {} as PassHandle
    const q = { buffer: storage(fake, 192) } as unknown as GpuTensor
    for (const attempt of [
      () => kernel.encode(pass, { q, positions: 0 }),
      () => kernel.createRotation(0),
      () => backend.prepare(CONFIG, { q: { shape: SHAPE, layout: 'bshd', dtype: 'float32' } }),
      call().run,
    ]) {
      const error = await refusal(attempt)
      expect(error.code).toBe('BACKEND_FAILED')
      expect(error.message).toContain('the tab went to sleep')
      expect(error.message).toContain('createWebGpuBackend')
    }
  })
})

describe('after dispose', () => {
  test('everything says so, and no buffer of ours is left', async () => {
    const kernel = await backend.prepare(CONFIG, {
      q: { shape: SHAPE, layout: 'bshd', dtype: 'float32' },
      table: { rows: 16, outOfRange: 'clamp' },
    })
    await call().run()
    const encoder = fake.device.createCommandEncoder()
    const q = { buffer: storage(fake, 192) } as unknown as GpuTensor
    kernel.encode(encoder as never, { q, positions: 0 })
    kernel.dispose()
    expect((await refusal(() => kernel.encode(encoder as never, { q, positions: 0 }))).code).toBe(
      'DISPOSED',
    )
    backend.dispose()
    for (const attempt of [
      call().run,
      () => kernel.run({ positions: 0 }),
      () => kernel.createRotation(0),
    ]) {
      expect((await refusal(attempt)).code).toBe('DISPOSED')
    }
    const ours = [...fake.alive].filter(({ label }) => label.startsWith('@rope/webgpu'))
    expect(ours.map(({ label }) => label)).toEqual([])
  })
})
