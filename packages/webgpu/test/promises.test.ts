/**
 * What should have been awaited: every place of a call, a tensor or an option that takes an object
 * says so for a Promise, and says what it takes for anything else.
 */
import { type RopeConfig, RopeError, resolveConfig } from '@rope/core'
import { expect, test } from 'vitest'
import { mergeCall, planCall } from '../src/gpu-call.js'
import { memoryTensor, storageBuffer } from '../src/gpu-tensor.js'
import { checkOptions } from '../src/options.js'

const config: RopeConfig = resolveConfig({
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})
const shape = { shape: [1, 1, 1, 8], layout: 'bshd', dtype: 'float32' } as const

const PLACES: readonly (readonly [field: string, call: (value: never) => unknown])[] = [
  ['call', (value) => planCall(config, value)],
  ['q', (value) => planCall(config, { q: value })],
  ['q.buffer', (value) => planCall(config, { q: { ...shape, buffer: value } })],
  ['call', (value) => mergeCall({ q: shape }, value)],
  ['q', (value) => mergeCall({ q: shape }, { q: value })],
  ['k', (value) => memoryTensor(value, 'k')],
  ['k.buffer', (value) => storageBuffer(value, 'k')],
  ['device', (value) => checkOptions({ device: value })],
  ['adapter', (value) => checkOptions({ adapter: value })],
  ['gpu', (value) => checkOptions({ gpu: value })],
  ['options', (value) => checkOptions(value)],
]

function failureOf(call: () => unknown): RopeError {
  try {
    call()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test.each(PLACES)('%s', (field, call) => {
  const later = Promise.resolve({}) as never
  expect(failureOf(() => call(later)).message).toMatch(
    `${field} is a Promise: await it; accepted: `,
  )
  for (const value of [null, 5, 'text']) {
    const error = failureOf(() => call(value as never))
    expect(error.field).toBe(field)
    expect(error.message).toMatch(`; accepted: `)
  }
})
