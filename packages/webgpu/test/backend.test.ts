/**
 * The backend on a stand-in device: options, capabilities, facts, and who owns what.
 */
import { describe, expect, test, vi } from 'vitest'
import {
  createWebGpuBackend,
  probeWebGpu,
  type WebGpuBackend,
  type WebGpuOptions,
} from '../src/index.js'
import { refusal } from './support/errors.js'
import { createFakeGpu, type FakeGpu, storage } from './support/fake-device.js'
import { makeTestPlan } from './support/plans.js'

function asOptions(options: Readonly<Record<string, unknown>>): WebGpuOptions {
  return options as WebGpuOptions
}

function backendOn(fake: FakeGpu): Promise<WebGpuBackend> {
  return createWebGpuBackend(asOptions({ device: fake.device, gpu: fake.gpu }))
}

const DEVICE_PARTS: readonly string[] = [
  ...['limits', 'features', 'queue', 'lost', 'createBuffer', 'createBindGroup'],
  ...['createBindGroupLayout', 'createPipelineLayout', 'createShaderModule', 'destroy'],
  ...['createComputePipeline', 'createComputePipelineAsync', 'createCommandEncoder'],
  ...['pushErrorScope', 'popErrorScope'],
]

describe('options', () => {
  test.each([
    ['a device that is none', { device: {} }, 'device'],
    ['an adapter that is none', { adapter: 'fast' }, 'adapter'],
    ['a gpu that is none', { gpu: null }, 'gpu'],
    ['a power preference that is none', { powerPreference: 'much' }, 'powerPreference'],
    ['an unknown key', { devices: [] }, 'options.devices'],
  ])('%s is refused', async (_, options, field) => {
    const error = await refusal(() => createWebGpuBackend(asOptions(options)))
    expect(error).toMatchObject({ code: 'INVALID_OPTION', field })
    const probe = await probeWebGpu(asOptions(options))
    expect(probe.available).toBe(false)
    expect(probe.reason).toBe(error.message)
  })

  test.each(DEVICE_PARTS)('a device without %s is refused', async (part) => {
    const { device } = createFakeGpu()
    const without = { ...device, [part]: undefined }
    const error = await refusal(() => createWebGpuBackend(asOptions({ device: without })))
    expect(error).toMatchObject({ code: 'INVALID_OPTION', field: 'device' })
    const adapter = { ...createFakeGpu().adapter, requestDevice: async () => without }
    const none = await refusal(() => createWebGpuBackend(asOptions({ adapter })))
    expect(none).toMatchObject({ code: 'UNAVAILABLE' })
    expect(none.message).toContain('no GPUDevice')
  })

  test('a gpu that gives no adapter but something else is UNAVAILABLE', async () => {
    const gpu = { requestAdapter: async () => 5 }
    const error = await refusal(() => createWebGpuBackend(asOptions({ gpu })))
    expect(error.message).toContain('no GPUAdapter')
    expect(error.code).toBe('UNAVAILABLE')
  })

  test('no adapter is UNAVAILABLE, with something to do about it', async () => {
    const gpu = { requestAdapter: async () => null }
    const error = await refusal(() => createWebGpuBackend(asOptions({ gpu })))
    expect(error.code).toBe('UNAVAILABLE')
    expect(error.message).toContain('driver')
    expect(await probeWebGpu(asOptions({ gpu }))).toEqual({
      available: false,
      reason: error.message,
      facts: {},
    })
  })

  test('in a browser that has no adapter the reason speaks of browsers', async () => {
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } })
    vi.stubGlobal('process', { ...process, versions: {} })
    try {
      const { available, reason } = await probeWebGpu()
      expect(available).toBe(false)
      expect(reason).toMatch(/^navigator\.gpu offers no adapter; .*hardware acceleration/)
      expect(reason).toContain('browser')
      expect(reason).not.toMatch(/Node|Vulkan|npm/)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('a browser without WebGPU is told from a page that may not use it', async () => {
    vi.stubGlobal('navigator', {})
    vi.stubGlobal('process', { ...process, versions: {} })
    try {
      expect((await probeWebGpu()).reason).toMatch(
        /no navigator\.gpu; use a browser that has WebGPU/,
      )
      vi.stubGlobal('isSecureContext', false)
      expect((await probeWebGpu()).reason).toContain('https')
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('an adapter that throws does not make the probe throw', async () => {
    const gpu = { requestAdapter: () => Promise.reject(new Error('blocked by policy')) }
    expect(await probeWebGpu(asOptions({ gpu }))).toMatchObject({
      available: false,
      reason: 'the given gpu gave no adapter: blocked by policy',
    })
  })

  test('a device that is not given is UNAVAILABLE with its cause', async () => {
    const { adapter } = createFakeGpu()
    const cause = new Error('too many devices')
    const stingy = { ...adapter, requestDevice: () => Promise.reject(cause) }
    const error = await refusal(() => createWebGpuBackend(asOptions({ adapter: stingy })))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', cause })
    expect(error.message).toContain('too many devices')
  })
})

describe('a device of its own', () => {
  test('is asked for with the features and limits that help, and destroyed in the end', async () => {
    const fake = createFakeGpu({ features: ['shader-f16', 'timestamp-query', 'subgroups'] })
    let asked: unknown
    const adapter = {
      ...fake.adapter,
      requestDevice: async (descriptor: unknown) => {
        asked = descriptor
        return fake.device
      },
    }
    const gpu = { ...fake.gpu, requestAdapter: async () => adapter }
    const backend = await createWebGpuBackend(asOptions({ gpu }))
    expect(asked).toMatchObject({
      requiredFeatures: ['shader-f16', 'timestamp-query'],
      requiredLimits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
    })
    expect(backend.gpuDevice).toBe(fake.device)
    backend.dispose()
    backend.dispose()
    expect(fake.counts.destroyDevice).toBe(1)
  })

  test("the caller's is left alone", async () => {
    const fake = createFakeGpu()
    const backend = await backendOn(fake)
    backend.dispose()
    expect(fake.counts.destroyDevice).toBeUndefined()
  })
})

describe('facts', () => {
  test('name the adapter, its features and limits', async () => {
    const { gpu } = createFakeGpu({
      features: ['timestamp-query', 'shader-f16'],
      description: 'Big GPU',
    })
    const { available, facts } = await probeWebGpu(asOptions({ gpu }))
    expect(available).toBe(true)
    expect(facts).toMatchObject({
      source: 'given',
      vendor: 'fake',
      description: 'Big GPU',
      isSoftware: false,
      shaderF16: true,
      timestampQuery: true,
      features: 'shader-f16, timestamp-query',
      maxBufferSize: 2 ** 28,
      maxStorageBufferBindingSize: 2 ** 27,
      immediates: true,
    })
  })

  test('of a given device are those of its adapter', async () => {
    const fake = createFakeGpu({ immediates: false })
    const probe = await probeWebGpu(asOptions({ device: fake.device, gpu: fake.gpu }))
    expect(probe.facts).toMatchObject({ source: 'given', vendor: 'fake', immediates: false })
    expect((await backendOn(fake)).facts).toMatchObject({ vendor: 'fake', immediates: false })
  })

  test.each([
    ['SwiftShader driver 5.0.0', true],
    ['llvmpipe (LLVM 15.0.6, 256 bits)', true],
    ['Microsoft Basic Render Driver', true],
    ['NVIDIA H200', false],
    ['Apple M3', false],
  ])('%s', async (description, isSoftware) => {
    const { gpu } = createFakeGpu({ description })
    expect((await probeWebGpu(asOptions({ gpu }))).facts.isSoftware).toBe(isSoftware)
  })

  test('a fallback adapter is software whatever it is called', async () => {
    const { adapter } = createFakeGpu()
    const info = { ...adapter.info, isFallbackAdapter: true }
    const { facts } = await probeWebGpu(asOptions({ adapter: { ...adapter, info } }))
    expect(facts.isSoftware).toBe(true)
  })
})

describe('support', () => {
  test('float64 is refused by name', async () => {
    const backend = await backendOn(createFakeGpu())
    const plan = makeTestPlan({ dtype: 'float64' })
    expect(backend.supports(plan)).toMatchObject({ ok: false, field: 'dtype' })
    expect(await refusal(() => backend.compile(plan))).toMatchObject({
      code: 'UNSUPPORTED',
      field: 'dtype',
    })
  })

  test('the largest buffer decides how much an operand may span', async () => {
    const backend = await backendOn(createFakeGpu({ limits: { maxBufferSize: 2 ** 20 } }))
    const { maxElements } = backend.capabilities
    expect(maxElements).toBe(2 ** 18)
    const spanning = (elements: number): ReturnType<typeof makeTestPlan> =>
      makeTestPlan({ tokens: 2, heads: [1], headDim: 16, strides: { token: elements - 16 } })
    expect(backend.supports(spanning(maxElements))).toEqual({ ok: true })
    expect(backend.supports(spanning(maxElements + 1))).toMatchObject({
      ok: false,
      field: 'operands',
    })
  })

  test('a head must fit a binding', async () => {
    const backend = await backendOn(
      createFakeGpu({ limits: { maxStorageBufferBindingSize: 4096 } }),
    )
    const apart = (channel: number): ReturnType<typeof makeTestPlan> =>
      makeTestPlan({ tokens: 1, heads: [1], headDim: 16, strides: { channel } })
    expect(backend.supports(apart(60))).toEqual({ ok: true })
    expect(backend.supports(apart(70))).toMatchObject({ ok: false, field: 'operands' })
  })
})

describe('what is kept', () => {
  const call = (tokens: number): Parameters<WebGpuBackend['prepare']>[1] => ({
    q: { shape: [1, tokens, 4, 128], layout: 'bshd', dtype: 'float32' },
    k: { shape: [1, tokens, 2, 128], layout: 'bshd', dtype: 'float32' },
  })
  const config = {
    headDim: 128,
    pairing: 'half',
    schedule: { type: 'default', base: 1e4 },
  } as const

  test('a shader is compiled once per device, whatever the sizes and whichever backend asks', async () => {
    const fake = createFakeGpu()
    const backends = [await backendOn(fake), await backendOn(fake)] as const
    await backends[0].prepare(config, call(1))
    await backends[0].prepare(config, call(4096))
    await backends[1].prepare({ ...config, schedule: { type: 'default', base: 5e5 } }, call(7))
    const compiled = (): number => fake.counts.createComputePipeline ?? 0
    expect(compiled()).toBe(1)
    await backends[1].prepare({ ...config, pairing: 'interleaved' }, call(7))
    expect(compiled()).toBe(2)
    await (await backendOn(createFakeGpu())).prepare(config, call(1))
    expect(compiled()).toBe(2)
  })

  test('preparing at once compiles when it is first encoded', async () => {
    const fake = createFakeGpu()
    const kernel = (await backendOn(fake)).prepareSync(config, call(1))
    expect(fake.counts.createComputePipeline).toBeUndefined()
    const tensors = { q: { buffer: storage(fake, 2048) }, k: { buffer: storage(fake, 1024) } }
    const encode = (): void => {
      const encoder = fake.device.createCommandEncoder()
      kernel.encode(encoder as never, { ...tensors, positions: 0 } as never)
    }
    encode()
    encode()
    expect(fake.counts.createComputePipeline).toBe(1)
  })

  test("the caller's encoder is neither submitted nor mapped nor waited for, nor is its pass ended", async () => {
    const fake = createFakeGpu()
    const kernel = await (await backendOn(fake)).prepare(config, {
      ...call(1),
      table: { rows: 8, outOfRange: 'skip' },
    })
    const tensors = { q: { buffer: storage(fake, 2048) }, k: { buffer: storage(fake, 1024) } }
    const ids = { buffer: storage(fake, 4), shape: [1] }
    const encoder = fake.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    const before = { ...fake.counts }
    for (const positions of [0, [5], ids]) {
      kernel.encode(pass as never, { ...tensors, positions } as never)
      kernel.encode(encoder as never, { ...tensors, positions } as never)
    }
    expect(fake.dispatches).toHaveLength(6)
    for (const name of ['submit', 'mapAsync', 'onSubmittedWorkDone']) {
      expect(fake.counts[name]).toBe(before[name])
    }
    // The passes that end are the three that were begun in the encoder.
    expect((fake.counts.endPass ?? 0) - (before.endPass ?? 0)).toBe(3)
  })
})
