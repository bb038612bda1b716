/**
 * What the backend promises beyond the suite: memory that stays, refusals, options, facts.
 */
import { createRope, RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { createWasmBackend, probeWasm } from '../src/index.js'

const CONFIG = {
  headDim: 128,
  pairing: 'half',
  schedule: { type: 'default', base: 500000 },
} as const

async function refusal(attempt: () => unknown): Promise<RopeError> {
  try {
    await attempt()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('isResident', () => {
  test.each([0, 1])(
    'knows the arrays of its allocate, and no others, with %s threads',
    async (threads) => {
      const [backend, other] = [await createWasmBackend({ threads }), await createWasmBackend()]
      const foreign = new Float32Array(8)
      expect(backend.isResident(foreign)).toBe(false)
      const own = backend.allocate('float32', 8)
      expect([own, own.subarray(4)].map((array) => backend.isResident(array))).toEqual([true, true])
      const others = [foreign, own.slice(), other.allocate('float32', 8)]
      expect(others.map((array) => backend.isResident(array))).toEqual([false, false, false])
      // Memory that has grown, or was added, is still known.
      const large = backend.allocate('bfloat16', 3_000_000)
      expect([own, large].map((array) => backend.isResident(array))).toEqual([true, true])
      backend.dispose()
      expect(backend.isResident(own)).toBe(false)
      other.dispose()
    },
  )
})

describe('allocate', () => {
  test('gives zeroed memory whose views outlive any further allocation', async () => {
    const backend = await createWasmBackend()
    const first = backend.allocate('float32', 1000)
    expect(first.every((value) => value === 0)).toBe(true)
    first.fill(7)
    for (let i = 0; i < 8; i++) backend.allocate('float16', 3_000_000)
    const late = backend.allocate('bfloat16', 10)
    expect(late).toBeInstanceOf(Uint16Array)
    expect(first.length).toBe(1000)
    expect(first.every((value) => value === 7)).toBe(true)
    backend.dispose()
    expect(first[999]).toBe(7)
  })

  test('lays q and k into one memory, so that one call rotates both', async () => {
    const backend = await createWasmBackend()
    const q = backend.allocate('float32', 4096 * 4096)
    const k = backend.allocate('float32', 4096 * 1024)
    expect(k.buffer).toBe(q.buffer)
    backend.dispose()
  })

  test('starts every array on a cache line', async () => {
    const backend = await createWasmBackend()
    for (const length of [1, 3, 100, 70_000, 5_000_000]) {
      expect(backend.allocate('float16', length).byteOffset % 64).toBe(0)
    }
    backend.dispose()
  })

  test.each([0, 2])('refuses what is no dtype and no length, with %i threads', async (threads) => {
    const backend = await createWasmBackend({ threads })
    for (const length of [-1, 1.5, Number.NaN, 2 ** 53, '4', null]) {
      const error = await refusal(() => backend.allocate('float32', length as never))
      expect([error.code, error.field]).toEqual(['INVALID_OPTION', 'length'])
    }
    for (const dtype of ['float8', 'toString', null, 4]) {
      const error = await refusal(() => backend.allocate(dtype as never, 4))
      expect([error.code, error.field]).toEqual(['INVALID_OPTION', 'dtype'])
    }
    for (const length of [2 ** 30, 2 ** 40, 2 ** 53 - 1]) {
      const error = await refusal(() => backend.allocate('float32', length))
      expect([error.code, error.field]).toEqual(['BACKEND_FAILED', 'length'])
    }
    expect(backend.allocate('float32', 4).length).toBe(4)
    backend.dispose()
  })

  test('memory that nobody holds is given back', async () => {
    const backend = await createWasmBackend()
    // 40 GB in turn: more than there is, unless it is freed on the way.
    for (let i = 0; i < 40; i++) {
      const data = backend.allocate('float32', 2 ** 27)
      data[data.length - 1] = 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    backend.dispose()
    expect(probeWasm().available).toBe(true)
  })
})

describe('arrays of both kinds', () => {
  test('are mixed freely', async () => {
    const backend = await createWasmBackend()
    const rope = createRope(CONFIG, { backend, layout: 'bshd' })
    const shape = { q: [1, 9, 32, 128], k: [1, 9, 8, 128] }
    const make = (length: number, own: boolean): Float32Array => {
      const data = own
        ? (backend.allocate('float32', length) as Float32Array)
        : new Float32Array(length)
      return fillSine(data)
    }
    const results = [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ].map(([ownQ = false, ownK = false]) => {
      const q = make(9 * 32 * 128, ownQ)
      const k = make(9 * 8 * 128, ownK)
      rope.rotate({ q: { data: q, shape: shape.q }, k: { data: k, shape: shape.k }, positions: 3 })
      return [...q, ...k]
    })
    for (const result of results) expect(result).toEqual(results[0])
    backend.dispose()
  })

  test('rows of cos and sin may lie in the backend too', async () => {
    const backend = await createWasmBackend()
    const operand = {
      heads: 2,
      source: { batch: 0, token: 8, head: 4, channel: 1 },
      target: { batch: 0, token: 8, head: 4, channel: 1 },
      sourceSpan: { low: 0, high: 23 },
      targetSpan: { low: 0, high: 23 },
    }
    const kernel = backend.compile({
      dtype: 'float32',
      batch: 1,
      tokens: 3,
      headDim: 4,
      pairs: 2,
      windowOffset: 0,
      pairing: { step: 1, partner: 2 },
      direction: 1,
      inPlace: true,
      memory: 'local',
      operands: [operand],
    })
    const results = [true, false].map((own) => {
      const take = (values: readonly number[]): Float32Array => {
        const data = own
          ? (backend.allocate('float32', values.length) as Float32Array)
          : new Float32Array(values.length)
        data.set(values)
        return data
      }
      const cos = take([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
      const sin = take([0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
      const data = backend.allocate('float32', 24)
      data.set(Array.from({ length: 24 }, (_, i) => i))
      const view = { source: data, sourceOffset: 0, target: data, targetOffset: 0 }
      kernel.run({ views: [view], rotation: { pairs: 2, rows: 3, batchStride: 0, cos, sin } })
      return [...data]
    })
    expect(results[0]).toEqual(results[1])
    expect(results[0]?.[0]).toBe(Math.fround(0 - Math.fround(2 * Math.fround(0.6))))
    backend.dispose()
  })
})

/** The same numbers for every array. */
function fillSine(data: Float32Array): Float32Array {
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i)
  return data
}

describe('refusals', () => {
  test('float64 is declined with the field that is to blame', async () => {
    const backend = await createWasmBackend()
    const rope = createRope(CONFIG, { backend, layout: 'bshd' })
    const q = { data: new Float64Array(128), shape: [1, 1, 1, 128] }
    const error = await refusal(() => rope.rotate({ q, positions: 0 }))
    expect(error.code).toBe('UNSUPPORTED')
    expect(error.field).toBe('dtype')
    expect(error.message).toContain('@rope/js')
    backend.dispose()
  })

  test('a disposed backend and its kernels say so', async () => {
    const backend = await createWasmBackend()
    const rope = createRope(CONFIG, { backend, layout: 'bshd' })
    const q = { data: new Float32Array(128), shape: [1, 1, 1, 128] }
    rope.rotate({ q, positions: 0 })
    backend.dispose()
    backend.dispose()
    expect((await refusal(() => rope.rotate({ q, positions: 1 }))).code).toBe('DISPOSED')
    expect((await refusal(() => backend.allocate('float32', 1))).code).toBe('DISPOSED')
  })

  test('options are checked', async () => {
    for (const threads of [-1, 0.5, 16, 'many']) {
      const error = await refusal(() => createWasmBackend({ threads: threads as number }))
      expect(error.code).toBe('INVALID_OPTION')
      expect(error.field).toBe('threads')
    }
  })
})

describe('facts', () => {
  test('the probe tells what there is', () => {
    const { available, facts } = probeWasm()
    expect(available).toBe(true)
    expect(facts.simd).toBe(true)
    expect(facts.threadsPossible).toBe(true)
  })

  test('one thread is the default, on ordinary buffers', async () => {
    const backend = await createWasmBackend()
    expect(backend.capabilities.threads).toBe(0)
    expect(backend.facts.threads).toBe(0)
    expect(backend.allocate('float32', 4).buffer).toBeInstanceOf(ArrayBuffer)
    backend.dispose()
  })

  test('an engine without WebAssembly is a reason, not an exception', async () => {
    const saved = globalThis.WebAssembly
    try {
      Reflect.deleteProperty(globalThis, 'WebAssembly')
      const { available, reason } = probeWasm()
      expect(available).toBe(false)
      expect(reason).toContain('@rope/js')
      expect((await refusal(() => createWasmBackend())).code).toBe('UNAVAILABLE')
    } finally {
      globalThis.WebAssembly = saved
    }
    expect(probeWasm().available).toBe(true)
  })
})
