/**
 * Prepared kernels in Node, on the npm package `webgpu`.
 */
import { expect, test } from 'vitest'
import { defineKernelTests } from './gpu/kernel.js'
import { findNodeGpu } from './support/node-gpu.js'

const found = await findNodeGpu()

if (found.gpu === null) {
  test('prepared kernels in Node', (context) => context.skip(found.reason))
} else {
  defineKernelTests(found.gpu)
  test('an adapter was found', async () => {
    expect(await found.gpu.requestAdapter()).not.toBeNull()
  })
}
