import { describe, expect, test } from 'vitest'
import { adapterSentence, gpuFacts } from '../../src/device/gpu-facts.js'
import type { BackendStatus } from '../../src/device/messages.js'

function status(facts: BackendStatus['facts']): BackendStatus {
  const there = { available: true, reason: null, fix: null }
  return { name: 'webgpu', packageName: '@rope/webgpu', ...there, facts }
}

const GPU = {
  ...{ vendor: 'apple', architecture: 'metal-3', description: '', isSoftware: false },
  ...{ shaderF16: true, timestampQuery: false, maxStorageBufferBindingSize: 2 ** 30 },
}

describe('an adapter', () => {
  test('is a GPU, or software that plays one', () => {
    expect(adapterSentence(status(GPU))).toBe(
      'A GPU of this device (metal-3): its speed is that of its shaders.',
    )
    expect(adapterSentence(status({ ...GPU, isSoftware: true }))).toMatch(/^Software plays the GPU/)
  })

  test('has as many facts before it is known as after', () => {
    const known = gpuFacts(status(GPU))
    expect(known.map(({ value }) => value)).toEqual(['metal-3', 'apple', 'yes', 'no', '1024 MiB'])
    const unknown = gpuFacts(null)
    expect(unknown.map(({ name }) => name)).toEqual(known.map(({ name }) => name))
    expect(new Set(unknown.map(({ value }) => value))).toEqual(new Set(['looking …']))
  })
})
