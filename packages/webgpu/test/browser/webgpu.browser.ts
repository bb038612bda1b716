/**
 * The WebGPU backend in a browser: what the probe says, the conformance suite, prepared kernels.
 */
import { describe, expect, test } from 'vitest'
import type { GpuHandle } from '../../src/handles.js'
import { probeWebGpu } from '../../src/index.js'
import { defineGpuConformance } from '../gpu/conformance.js'
import { defineKernelTests } from '../gpu/kernel.js'

const { gpu } = (globalThis as unknown as { readonly navigator: { readonly gpu: GPU } }).navigator

test('the probe finds the GPU of the browser', async () => {
  const { available, facts } = await probeWebGpu()
  expect(available).toBe(true)
  expect(facts.source).toBe('navigator.gpu')
  expect(typeof facts.isSoftware).toBe('boolean')
  expect(facts.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27)
})

test('without an adapter the probe speaks of browsers', async () => {
  const none = { requestAdapter: async () => null } as unknown as GpuHandle
  const { available, reason } = await probeWebGpu({ gpu: none })
  expect(available).toBe(false)
  expect(reason).toContain('browser')
  expect(reason).not.toMatch(/Node|Vulkan|npm/)
})

describe('conformance', () => defineGpuConformance(gpu, true))

describe('kernels', () => defineKernelTests(gpu))
