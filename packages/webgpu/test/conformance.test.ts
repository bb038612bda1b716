/**
 * The conformance suite in Node, on the npm package `webgpu`. In a browser it also runs under many
 * conditions; here only with ROPE_ALL_CONDITIONS=1, or on real hardware.
 */
import { expect, test } from 'vitest'
import { defineGpuConformance } from './gpu/conformance.js'
import { findNodeGpu } from './support/node-gpu.js'

const found = await findNodeGpu()

if (found.gpu === null) {
  test('the conformance suite in Node', (context) => context.skip(found.reason))
} else {
  const { ROPE_ALL_CONDITIONS, ROPE_GPU } = process.env
  defineGpuConformance(found.gpu, ROPE_ALL_CONDITIONS === '1' || ROPE_GPU === 'hardware')
  test('an adapter was found', async () => {
    expect(await found.gpu.requestAdapter()).not.toBeNull()
  })
}
