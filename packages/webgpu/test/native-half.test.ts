/**
 * The shaders for devices with `shader-f16`, which no software adapter has: Dawn's null adapter has
 * every feature and runs nothing, but its compiler and its validation are those of real devices.
 */
import { describe, expect, test } from 'vitest'
import { shaderOf } from '../src/device/pipelines.js'
import { createWebGpuBackend } from '../src/index.js'
import { generateShader } from '../src/shader/generate.js'
import { findNullGpu } from './support/node-gpu.js'
import { everySpec } from './support/specs.js'

const found = await findNullGpu()

interface Compiled {
  getCompilationInfo(): Promise<{ readonly messages: readonly { readonly message: string }[] }>
}

async function complaints(device: GPUDevice, code: string): Promise<readonly string[]> {
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ code }) as unknown as Compiled
  await device.popErrorScope()
  return (await module.getCompilationInfo()).messages.map(({ message }) => message)
}

describe.skipIf(found.gpu === null)('shader-f16, by the compiler of Dawn', () => {
  test('every shader that uses it is valid, and so is its pipeline', async () => {
    const backend = await createWebGpuBackend({ gpu: found.gpu as never })
    expect(backend.facts).toMatchObject({ shaderF16: true })
    const device = backend.gpuDevice as unknown as GPUDevice
    const specs = everySpec(true).filter(({ nativeHalf }) => nativeHalf)
    expect(specs.length).toBeGreaterThan(20)
    for (const spec of specs) {
      const code = generateShader(spec)
      expect(code).toContain('enable f16;')
      expect(await complaints(device, code)).toEqual([])
      expect(await shaderOf(device, spec).prepare()).toBeDefined()
    }
    backend.dispose()
  })

  test('the compiler does complain where there is reason to', async () => {
    const backend = await createWebGpuBackend({ gpu: found.gpu as never })
    const device = backend.gpuDevice as unknown as GPUDevice
    const [spec] = everySpec(true).filter(({ nativeHalf }) => nativeHalf)
    if (spec === undefined) throw new Error('there is no such shader')
    const code = generateShader(spec)
    const broken = [code.replace('vec2<f16>(', 'vec3<f16>('), code.replace('enable f16;', '')]
    for (const text of broken) expect(await complaints(device, text)).not.toEqual([])
    backend.dispose()
  })

  test('a call of float16 is prepared with it, and encoded without a complaint', async () => {
    const backend = await createWebGpuBackend({ gpu: found.gpu as never })
    const device = backend.gpuDevice as unknown as GPUDevice
    const kernel = await backend.prepare(
      { headDim: 128, pairing: 'half', schedule: { type: 'default', base: 10000 } },
      { q: { shape: [1, 4, 2, 128], layout: 'bshd', dtype: 'float16' } },
    )
    device.pushErrorScope('validation')
    const buffer = device.createBuffer({ size: 2048, usage: 0x80 })
    const encoder = device.createCommandEncoder()
    kernel.encode(encoder as never, { q: { buffer }, positions: 3 } as never)
    device.queue.submit([encoder.finish()])
    expect(await device.popErrorScope()).toBeNull()
    backend.dispose()
  })
})

test('the null adapter was found', (context) => {
  if (found.gpu === null) context.skip(found.reason)
  expect(found.gpu).not.toBeNull()
})
