/**
 * The conformance suite in Node, on the npm package `webgpu`.
 */
import { expect, test } from 'vitest'
import { defineGpuConformance } from './gpu/conformance.js'
import { findNodeGpu } from './support/node-gpu.js'

const found = await findNodeGpu()

if (found.gpu === null) {
  test('the conformance suite in Node', (context) => context.skip(found.reason))
} else {
  defineGpuConformance(found.gpu)
  test('an adapter was found', async () => {
    expect(await found.gpu.requestAdapter()).not.toBeNull()
  })
}
