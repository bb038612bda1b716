/**
 * Calls that do not hold up the event loop: by the pool's threads alone where memory cannot go
 * away, in slices where it can.
 */
import { createRope, type Tensor } from '@rope/core'
import type { Elements, View } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { createNativeBackend, type NativeBackend } from '@rope/native'
import { describe, expect, test } from 'vitest'
import { type CallFixture, createCall, holds } from './call-fixture.js'
import { describeNative } from './here.js'

/** 12 MB of q and k: three slices of one thread, two of two, and more than one in any case. */
const TOKENS = 8192

const shared = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length))

/** How often the event loop came by until a promise was settled. */
async function turnsUntilSettled(promise: Promise<unknown>): Promise<number> {
  let turns = 0
  let settled = false
  const settle = (): void => {
    settled = true
  }
  promise.then(settle, settle)
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve))
    turns++
  }
  return turns
}

function bytesOf({ data }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Float32Array
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function largeCall(allocate?: (length: number) => Elements): CallFixture {
  return createCall({ tokens: TOKENS, ...(allocate === undefined ? {} : { allocate }) })
}

describeNative('runAsync', () => {
  const two = createNativeBackend({ threads: 2 })
  const one = createNativeBackend({ threads: 1 })
  const own = (backend: NativeBackend) => (length: number) => backend.allocate('float32', length)

  const KINDS = [
    ['shared memory, by threads', two, shared],
    ["the backend's memory, by threads", two, own(two)],
    ['ordinary memory, in slices', two, undefined],
    ['shared memory without threads, in slices', one, shared],
    ["another backend's memory, in slices", two, own(one)],
  ] as const

  test.each(KINDS)('%s', async (_, backend, allocate) => {
    const call = largeCall(allocate)
    const promise = backend.compile(call.plan).runAsync(call)
    expect(await turnsUntilSettled(promise)).toBeGreaterThan(0)
    expect(await promise).toBeUndefined()
    expect(holds(call.views, call.wanted)).toBe(true)
  })

  test.each(KINDS)('%s: calls of one kernel may overlap', async (_, backend, allocate) => {
    const calls = [largeCall(allocate), largeCall(allocate), largeCall(allocate)] as const
    const kernel = backend.compile(calls[0].plan)
    await Promise.all(calls.map((call) => kernel.runAsync(call)))
    for (const { views, wanted } of calls) expect(holds(views, wanted)).toBe(true)
  })

  test('a rope hands large calls over', async () => {
    const config = {
      headDim: 64,
      pairing: 'half',
      schedule: { type: 'default', base: 10000 },
    } as const
    const values = (): Float32Array => {
      const data = shared(TOKENS * 6 * 64)
      data.forEach((_, i) => {
        data[i] = i % 97
      })
      return data
    }
    const tensor = (data: Float32Array): Tensor => ({ data, shape: [1, TOKENS, 6, 64] })
    const [actual, wanted] = [tensor(values()), tensor(values())]
    const rope = createRope(config, { backend: two, layout: 'bshd' })
    const promise = rope.rotateAsync({ q: actual, positions: 7 })
    expect(await turnsUntilSettled(promise)).toBeGreaterThan(0)
    createRope(config, { backend: createJsBackend(), layout: 'bshd' }).rotate({
      q: wanted,
      positions: 7,
    })
    expect(Buffer.compare(bytesOf(actual), bytesOf(wanted))).toBe(0)
  })

  test('synchronous calls go on meanwhile', async () => {
    const slow = largeCall(shared)
    const promise = two.compile(slow.plan).runAsync(slow)
    for (let i = 0; i < 20; i++) {
      const call = createCall({ tokens: 700 + i })
      two.compile(call.plan).run(call)
      expect(holds(call.views, call.wanted)).toBe(true)
    }
    await promise
    expect(holds(slow.views, slow.wanted)).toBe(true)
  })

  test('a small call is done when it returns', async () => {
    const call = createCall()
    const promise = two.compile(call.plan).runAsync(call)
    expect(holds(call.views, call.wanted)).toBe(true)
    expect(await promise).toBeUndefined()
  })

  test('rows may be used again at once when threads work: they have their own', async () => {
    const call = largeCall(shared)
    const promise = two.compile(call.plan).runAsync(call)
    call.rotation.cos.fill(Number.NaN)
    call.rotation.sin.fill(Number.NaN)
    await promise
    expect(holds(call.views, call.wanted)).toBe(true)
  })

  test('a disposed backend finishes what its threads have begun', async () => {
    const backend = createNativeBackend({ threads: 2 })
    const call = largeCall(shared)
    const promise = backend.compile(call.plan).runAsync(call)
    backend.dispose()
    await promise
    expect(holds(call.views, call.wanted)).toBe(true)
  })

  describe('ordinary memory that goes away in between', () => {
    async function interrupt(
      change: (call: CallFixture, backend: NativeBackend) => void,
    ): Promise<CallFixture> {
      const backend = createNativeBackend({ threads: 1 })
      const call = largeCall()
      const promise = backend.compile(call.plan).runAsync(call)
      change(call, backend)
      await expect(promise).rejects.toMatchObject({
        code: 'BACKEND_FAILED',
        message: expect.stringMatching(/^stopped after \d+ of 8192 tokens/),
      })
      return call
    }

    test('detached: the rest is left alone', async () => {
      const { views } = await interrupt((call) => {
        const { buffer } = (call.views[1] as View).source
        structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
      })
      expect((views[1] as View).source.length).toBe(0)
    })

    test('the backend is disposed of', async () => {
      await interrupt((_, backend) => backend.dispose())
    })
  })
})
