/**
 * Prepared kernels on a real device: the caller's buffers, passes and encoders; positions of every
 * kind; what is refused.
 */
import { type DType, type Layout, type RopeOptions, resolveConfig } from '@rope/core'
import type { Elements } from '@rope/core/backend'
import { beforeAll, describe, expect, test } from 'vitest'
import { createWebGpuBackend, type WebGpuBackend } from '../../src/backend.js'
import { openDevice } from '../../src/device/open-device.js'
import { type GpuPositions, planCall } from '../../src/gpu-call.js'
import type { EncoderHandle, GpuHandle, PassHandle } from '../../src/handles.js'
import { ConfigRows } from '../../src/kernel/config-rows.js'
import { createContext } from '../../src/kernel/context.js'
import { Launcher } from '../../src/kernel/launcher.js'
import { StatusWord } from '../../src/kernel/status-word.js'
import { checkOptions } from '../../src/options.js'
import { generateShader } from '../../src/shader/generate.js'
import { refusal } from '../support/errors.js'
import { everySpec } from '../support/specs.js'
import {
  elementsToBuffer,
  expectClose,
  expected,
  numbers,
  readBuffer,
  readElements,
  tensorIn,
  toBuffer,
} from './buffers.js'

const CONFIG: RopeOptions = {
  headDim: 16,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
}
const DTYPES = ['float32', 'float16', 'bfloat16'] as const
const TOKENS = 5

interface Shaped {
  readonly shape: readonly number[]
  readonly layout: Layout
  readonly dtype: DType
}

function bshd(heads: number, dtype: DType, tokens = TOKENS, batch = 1): Shaped {
  return { shape: [batch, tokens, heads, 16], layout: 'bshd', dtype }
}

/** Defines the tests; `gpu` gives the devices. */
export function defineKernelTests(gpu: GPU): void {
  let backend: WebGpuBackend
  let device: GPUDevice
  const errors: string[] = []

  beforeAll(async () => {
    backend = await createWebGpuBackend({ gpu: gpu as unknown as GpuHandle })
    device = backend.gpuDevice as unknown as GPUDevice
    const events = device as unknown as EventTarget
    events.addEventListener?.('uncapturederror', (event) => {
      errors.push((event as unknown as { error: { message: string } }).error.message)
    })
  })

  /** Encodes into an encoder of the test's own and submits it. */
  function submit(encode: (encoder: EncoderHandle) => void): void {
    const encoder = device.createCommandEncoder()
    encode(encoder as unknown as EncoderHandle)
    device.queue.submit([encoder.finish()])
  }

  const read = (buffer: GPUBuffer, like: Elements, dtype: DType): Promise<Elements> =>
    readElements(device, buffer, dtype, like.length)

  describe.each(DTYPES)('%s', (dtype) => {
    test('q and k in place, in a pass of the caller, in one dispatch', async () => {
      const kernel = await backend.prepare(CONFIG, { q: bshd(4, dtype), k: bshd(2, dtype) })
      const q = numbers(dtype, 5 * 4 * 16, 1)
      const k = numbers(dtype, 5 * 2 * 16, 2)
      const buffers = { q: elementsToBuffer(device, q), k: elementsToBuffer(device, k) }
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      let dispatches = 0
      const dispatch = pass.dispatchWorkgroups.bind(pass)
      Object.defineProperty(pass, 'dispatchWorkgroups', {
        value: (x: number, y: number) => {
          dispatches += 1
          dispatch(x, y)
        },
      })
      kernel.encode(pass as unknown as PassHandle, {
        q: tensorIn(buffers.q),
        k: tensorIn(buffers.k),
        positions: 100,
      })
      pass.end()
      device.queue.submit([encoder.finish()])
      expect(dispatches).toBe(1)
      expectClose(dtype, await read(buffers.q, q, dtype), expected(CONFIG, q, bshd(4, dtype), 100))
      expectClose(dtype, await read(buffers.k, k, dtype), expected(CONFIG, k, bshd(2, dtype), 100))
    })

    test('two ranges of one buffer, at odd offsets, with neighbours that stay', async () => {
      const bytes = dtype === 'float32' ? 4 : 2
      const q = numbers(dtype, 5 * 3 * 16, 1)
      const k = numbers(dtype, 5 * 1 * 16, 2)
      const at = { q: 3 * bytes, k: (3 + q.length + 2) * bytes }
      const all = new Uint8Array((3 + q.length + 2 + k.length + 5) * bytes).fill(0xa5)
      all.set(new Uint8Array(q.buffer), at.q)
      all.set(new Uint8Array(k.buffer), at.k)
      const buffer = toBuffer(device, all)
      const kernel = await backend.prepare(CONFIG, { q: bshd(3, dtype), k: bshd(1, dtype) })
      submit((encoder) => {
        kernel.encode(encoder, {
          q: tensorIn(buffer, { byteOffset: at.q }),
          k: tensorIn(buffer, { byteOffset: at.k }),
          positions: [7, 1, 9, 0, 3],
        })
      })
      const now = await readBuffer(device, buffer)
      const part = (from: number, like: Elements): Elements => {
        const copy = now.slice(from, from + like.byteLength)
        return dtype === 'float32' ? new Float32Array(copy.buffer) : new Uint16Array(copy.buffer)
      }
      const ids = [7, 1, 9, 0, 3]
      expectClose(dtype, part(at.q, q), expected(CONFIG, q, bshd(3, dtype), ids))
      expectClose(dtype, part(at.k, k), expected(CONFIG, k, bshd(1, dtype), ids))
      now.fill(0xa5, at.q, at.q + q.byteLength).fill(0xa5, at.k, at.k + k.byteLength)
      const outside = now.subarray(0, all.length).every((byte) => byte === 0xa5)
      expect(outside).toBe(true)
    })

    test('out of place into another layout leaves the source alone', async () => {
      const target = { shape: [1, 4, TOKENS, 16], layout: 'bhsd', dtype } as const
      const kernel = await backend.prepare(CONFIG, { q: bshd(4, dtype), out: { q: target } })
      const q = numbers(dtype, 5 * 4 * 16)
      const source = elementsToBuffer(device, q)
      const out = elementsToBuffer(
        device,
        new (dtype === 'float32' ? Float32Array : Uint16Array)(q.length),
      )
      submit((encoder) => {
        kernel.encode(encoder, { q: tensorIn(source), out: { q: tensorIn(out) }, positions: 2 })
      })
      const wanted = expected(CONFIG, q, bshd(4, dtype), 2)
      const actual = await read(out, q, dtype)
      const reordered = wanted.slice()
      for (let t = 0; t < TOKENS; t++) {
        for (let h = 0; h < 4; h++) {
          const from = (t * 4 + h) * 16
          reordered.set(wanted.subarray(from, from + 16), (h * TOKENS + t) * 16)
        }
      }
      expectClose(dtype, actual, reordered)
      expect(await read(source, q, dtype)).toEqual(q)
    })

    test('typed arrays in and out', async () => {
      const kernel = await backend.prepare(CONFIG, { q: bshd(4, dtype), k: bshd(2, dtype) })
      const q = numbers(dtype, 5 * 4 * 16, 1)
      const k = numbers(dtype, 5 * 2 * 16, 2)
      const wanted = {
        q: expected(CONFIG, q, bshd(4, dtype), 9),
        k: expected(CONFIG, k, bshd(2, dtype), 9),
      }
      await kernel.run({
        q: { data: q, ...bshd(4, dtype) },
        k: { data: k, ...bshd(2, dtype) },
        positions: 9,
      })
      expectClose(dtype, q, wanted.q)
      expectClose(dtype, k, wanted.k)
    })
  })

  test('strides of the caller, at an offset: every other head of a padded tensor', async () => {
    const shape = [1, TOKENS, 2, 16]
    const strides = [0, 100, 40, 1]
    const length = 4 + (TOKENS - 1) * 100 + 40 + 16
    const x = numbers('float32', length)
    const kernel = backend.prepareSync(CONFIG, {
      q: { shape, strides, layout: 'bshd', dtype: 'float32' },
    })
    const buffer = elementsToBuffer(device, x)
    const q = tensorIn(buffer, { byteOffset: 16 })
    submit((encoder) => kernel.encode(encoder, { q, positions: 9 }))
    const tensor = { shape, strides, offset: 4, layout: 'bshd' } as const
    const wanted = expected(CONFIG, x, tensor, 9)
    const found = await read(buffer, x, 'float32')
    expectClose('float32', found, wanted)
    const gaps = (elements: Elements): Elements =>
      elements.filter((_, i) => i < 4 || (i - 4) % 100 >= 56)
    expect(gaps(found)).toEqual(gaps(x))
  })

  test('with a pass or an encoder of the caller nothing is submitted, mapped or waited for', async () => {
    const kernel = await backend.prepare(CONFIG, { q: bshd(4, 'float32') })
    const buffer = elementsToBuffer(device, numbers('float32', 320))
    const seen: string[] = []
    const { queue } = device
    const spied = { submit: queue.submit, onSubmittedWorkDone: queue.onSubmittedWorkDone }
    for (const name of ['submit', 'onSubmittedWorkDone'] as const) {
      Object.defineProperty(queue, name, { configurable: true, value: () => seen.push(name) })
    }
    const encoder = device.createCommandEncoder()
    const result: unknown = kernel.encode(encoder as unknown as EncoderHandle, {
      q: tensorIn(buffer),
      positions: 1,
    })
    const pass = encoder.beginComputePass()
    kernel.encode(pass as unknown as PassHandle, { q: tensorIn(buffer), positions: 1 })
    pass.end()
    for (const name of ['submit', 'onSubmittedWorkDone'] as const) {
      Object.defineProperty(queue, name, { configurable: true, value: spied[name] })
    }
    expect(result).toBeUndefined()
    expect(seen).toEqual([])
    device.queue.submit([encoder.finish()])
    await readBuffer(device, buffer)
  })

  describe('positions', () => {
    const q = numbers('float32', 2 * TOKENS * 2 * 16)
    const shaped = bshd(2, 'float32', TOKENS, 2)
    const forms = {
      'a number': 4095,
      'a negative fraction': -2.5,
      'ids of all entries': [5, 1, 8, 131071, 0],
      'ids of each entry': Int32Array.from({ length: 10 }, (_, i) => i * i),
      offsets: { offsets: [100, 3] },
      'ids in 64 bits': BigInt64Array.from([5n, 1n, 8n, 131071n, -2n]),
      'fractional ids': Float64Array.from([0.5, 1.25, 2, 3, 4]),
    } as const

    test.each(Object.entries(forms))('%s', async (_, positions) => {
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const buffer = elementsToBuffer(device, q)
      submit((encoder) => kernel.encode(encoder, { q: tensorIn(buffer), positions }))
      expectClose(
        'float32',
        await read(buffer, q, 'float32'),
        expected(CONFIG, q, shaped, positions),
      )
    })

    test('one array per axis', async () => {
      const axisOfPair = [0, 0, 1, 1, 2, 2, 0, 1]
      const config: RopeOptions = { ...CONFIG, axes: { kind: 'one-hot', count: 3, axisOfPair } }
      const positions = { axes: [7, [1, 2, 3, 4, 5], [0, 0, 9, 9, 9]] }
      const kernel = await backend.prepare(config, { q: shaped })
      const buffer = elementsToBuffer(device, q)
      submit((encoder) => kernel.encode(encoder, { q: tensorIn(buffer), positions }))
      const wanted = expected(config, q, shaped, positions)
      expectClose('float32', await read(buffer, q, 'float32'), wanted)
    })

    test('packed sequences, each from its own start', async () => {
      const packed = { shape: [TOKENS, 4, 16], layout: 'thd', dtype: 'float32' } as const
      const positions = { cumulativeLengths: [0, 2, 5], offsets: [10, 400] }
      const kernel = await backend.prepare(CONFIG, { q: packed })
      const x = numbers('float32', TOKENS * 4 * 16)
      const buffer = elementsToBuffer(device, x)
      submit((encoder) => kernel.encode(encoder, { q: tensorIn(buffer), positions }))
      const wanted = expected(CONFIG, x, packed, [10, 11, 400, 401, 402])
      expectClose('float32', await read(buffer, x, 'float32'), wanted)
    })

    test('backwards', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped, inverse: true })
      const buffer = elementsToBuffer(device, q)
      submit((encoder) => kernel.encode(encoder, { q: tensorIn(buffer), positions: 70 }))
      const wanted = expected(CONFIG, q, shaped, 70, 'inverse')
      expectClose('float32', await read(buffer, q, 'float32'), wanted)
    })

    test('a rotation that is kept serves many calls, of other heads too', async () => {
      const positions = [4, 4, 9, 2, 0]
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const other = await backend.prepare(CONFIG, { k: bshd(3, 'bfloat16', TOKENS, 2) })
      const rotation = kernel.createRotation(positions)
      expect(rotation).toMatchObject({ pairs: 8, rows: 5, batchStride: 0 })
      const k = numbers('bfloat16', 2 * TOKENS * 3 * 16)
      const buffers = [elementsToBuffer(device, q), elementsToBuffer(device, k)] as const
      submit((encoder) => {
        kernel.encode(encoder, { q: tensorIn(buffers[0]), rotation })
        other.encode(encoder, { k: tensorIn(buffers[1]), rotation })
      })
      rotation.destroy()
      expectClose(
        'float32',
        await read(buffers[0], q, 'float32'),
        expected(CONFIG, q, shaped, positions),
      )
      const wanted = expected(CONFIG, k, bshd(3, 'bfloat16', TOKENS, 2), positions)
      expectClose('bfloat16', await read(buffers[1], k, 'bfloat16'), wanted)
      const encoder = device.createCommandEncoder() as unknown as EncoderHandle
      const error = await refusal(() =>
        kernel.encode(encoder, { q: tensorIn(buffers[0]), rotation }),
      )
      expect(error).toMatchObject({ code: 'INVALID_POSITIONS', field: 'rotation' })
    })

    test('a shift turns keys on without their attention factor', async () => {
      const inverseFrequencies = Array.from({ length: 8 }, (_, i) => 1 / (1 + i))
      const config: RopeOptions = {
        headDim: 16,
        pairing: 'interleaved',
        schedule: { type: 'custom', inverseFrequencies, attentionFactor: 1.25 },
      }
      const kernel = await backend.prepare(config, { k: shaped })
      const buffer = elementsToBuffer(device, q)
      submit((encoder) => kernel.encode(encoder, { k: tensorIn(buffer), shift: -3 }))
      const wanted = expected(config, q, shaped, -3, 'shift')
      expectClose('float32', await read(buffer, q, 'float32'), wanted)
    })

    test('the same start for more tokens, and as a shift, has rows of its own', async () => {
      const one = bshd(2, 'float32', 1)
      const five = bshd(2, 'float32')
      const x = numbers('float32', TOKENS * 2 * 16)
      const first = x.slice(0, 32)
      const kernels = [
        await backend.prepare(CONFIG, { k: one }),
        await backend.prepare(CONFIG, { k: five }),
      ] as const
      const buffers = [first, x, x].map((elements) => elementsToBuffer(device, elements)) as [
        GPUBuffer,
        GPUBuffer,
        GPUBuffer,
      ]
      submit((encoder) => {
        kernels[0].encode(encoder, { k: tensorIn(buffers[0]), positions: 7 })
        kernels[1].encode(encoder, { k: tensorIn(buffers[1]), positions: 7 })
        kernels[1].encode(encoder, { k: tensorIn(buffers[2]), shift: 7 })
      })
      expectClose(
        'float32',
        await read(buffers[0], first, 'float32'),
        expected(CONFIG, first, one, 7),
      )
      expectClose('float32', await read(buffers[1], x, 'float32'), expected(CONFIG, x, five, 7))
      const shifted = expected(CONFIG, x, five, 7, 'shift')
      expectClose('float32', await read(buffers[2], x, 'float32'), shifted)
    })

    test('one call at hundreds of positions is that of the last', async () => {
      const shaped1 = bshd(1, 'float32', 1)
      const kernel = await backend.prepare(CONFIG, { q: shaped1, out: { q: shaped1 } })
      const x = numbers('float32', 16)
      const source = elementsToBuffer(device, x)
      const target = elementsToBuffer(device, new Float32Array(48))
      submit((encoder) => {
        for (let position = 0; position < 600; position++) {
          for (const byteOffset of [0, 128]) {
            const out = { q: tensorIn(target, { byteOffset }) }
            kernel.encode(encoder, { q: tensorIn(source), out, positions: position + byteOffset })
          }
        }
      })
      const found = await readElements(device, target, 'float32', 48)
      expectClose('float32', found.slice(0, 16), expected(CONFIG, x, shaped1, 599))
      expectClose('float32', found.slice(32), expected(CONFIG, x, shaped1, 599 + 128))
      expect(found.slice(16, 32)).toEqual(new Float32Array(16))
    })

    test('many steps in one encoder keep their own rows', async () => {
      const kernel = await backend.prepare(CONFIG, { k: bshd(2, 'float16', 1) })
      const steps = 300
      const cache = numbers('float16', steps * 2 * 16)
      const buffer = elementsToBuffer(device, cache)
      submit((encoder) => {
        for (let step = 0; step < steps; step++) {
          const k = tensorIn(buffer, { byteOffset: step * 2 * 16 * 2 })
          kernel.encode(encoder, { k, positions: 1000 + 3 * step })
        }
      })
      const ids = Array.from({ length: steps }, (_, step) => 1000 + 3 * step)
      const wanted = expected(CONFIG, cache, bshd(2, 'float16', steps), ids)
      expectClose('float16', await read(buffer, cache, 'float16'), wanted)
    })
  })

  describe('positions on the GPU', () => {
    const ROWS = 32
    const GIVEN = [3, -1, 31, 32, 0]
    const COUNTED = 2
    const CLAMPED = [3, 0, 31, 31, 0]
    const ids = {
      int32: Int32Array.from(GIVEN),
      uint32: Uint32Array.from([3, 2 ** 32 - 1, 31, 32, 0]),
      int64: BigInt64Array.from(GIVEN, BigInt),
    }

    function idBuffer(array: ArrayBufferView, lead: number): GPUBuffer {
      const bytes = new Uint8Array(lead + array.byteLength)
      bytes.set(new Uint8Array(array.buffer as ArrayBuffer), lead)
      return toBuffer(device, bytes)
    }

    function gpuPositions(
      buffer: GPUBuffer,
      byteOffset: number,
      shape: readonly number[],
    ): GpuPositions {
      return { buffer, byteOffset, shape } as unknown as GpuPositions
    }

    test.each(
      (['int32', 'uint32', 'int64'] as const).flatMap((dtype) =>
        (['skip', 'clamp'] as const).flatMap((outOfRange) =>
          [true, false].map((inPlace) => ({ dtype, outOfRange, inPlace })),
        ),
      ),
    )('$dtype, $outOfRange, in place: $inPlace', async ({ dtype, outOfRange, inPlace }) => {
      const shaped = bshd(4, 'bfloat16')
      const q = numbers('bfloat16', TOKENS * 4 * 16)
      const kernel = await backend.prepare(CONFIG, {
        q: shaped,
        ...(inPlace ? {} : { out: { q: shaped } }),
        table: { rows: ROWS, outOfRange, dtype },
      })
      const buffer = elementsToBuffer(device, q)
      const out = inPlace ? buffer : elementsToBuffer(device, numbers('bfloat16', q.length, 99))
      const positions = gpuPositions(idBuffer(ids[dtype], 12), 12, [TOKENS])
      submit((encoder) => {
        kernel.encode(encoder, {
          q: tensorIn(buffer),
          ...(inPlace ? {} : { out: { q: tensorIn(out) } }),
          positions,
        })
      })
      // An unsigned id beyond the table is far after it, a negative one before it.
      const clamped = dtype === 'uint32' ? [3, 31, 31, 31, 0] : CLAMPED
      const wanted = expected(CONFIG, q, shaped, clamped)
      if (outOfRange === 'skip') {
        for (const token of [1, 3]) wanted.set(q.subarray(token * 64, token * 64 + 64), token * 64)
      }
      const actual = await read(out, q, 'bfloat16')
      expectClose('bfloat16', actual, wanted)
      if (outOfRange === 'skip') {
        for (const token of [1, 3]) {
          expect(actual.subarray(token * 64, token * 64 + 64)).toEqual(
            q.subarray(token * 64, token * 64 + 64),
          )
        }
      }
      expect(await kernel.readStatus()).toBe(COUNTED)
      kernel.resetStatus()
      expect(await kernel.readStatus()).toBe(0)
      kernel.dispose()
    })

    test('ids of each batch entry, q and k, and a far larger id in 64 bits', async () => {
      const q = numbers('float32', 2 * 3 * 2 * 16, 1)
      const k = numbers('float32', 2 * 3 * 1 * 16, 2)
      const shapes = { q: bshd(2, 'float32', 3, 2), k: bshd(1, 'float32', 3, 2) }
      const table = { rows: 1000, outOfRange: 'clamp', dtype: 'int64' } as const
      const kernel = await backend.prepare(CONFIG, { ...shapes, table })
      const buffers = { q: elementsToBuffer(device, q), k: elementsToBuffer(device, k) }
      const far = BigInt64Array.from([7n, 900n, 2n ** 32n + 5n, 1n, 2n, 999n])
      const positions = gpuPositions(idBuffer(far, 0), 0, [2, 3])
      submit((encoder) => {
        kernel.encode(encoder, { q: tensorIn(buffers.q), k: tensorIn(buffers.k), positions })
      })
      const wanted = [7, 900, 999, 1, 2, 999]
      expectClose(
        'float32',
        await read(buffers.q, q, 'float32'),
        expected(CONFIG, q, shapes.q, wanted),
      )
      expectClose(
        'float32',
        await read(buffers.k, k, 'float32'),
        expected(CONFIG, k, shapes.k, wanted),
      )
      expect(await kernel.readStatus()).toBe(1)
    })

    test('a call that is split by heads counts a token once', async () => {
      const bindingLimit = 512
      // Heads lie farthest apart, so that calls are split along them.
      const bhsd = (heads: number): Shaped => ({
        shape: [1, heads, 3, 16],
        layout: 'bhsd',
        dtype: 'float32',
      })
      const shapes = { q: bhsd(5), k: bhsd(3) }
      const q = numbers('float32', 3 * 5 * 16, 1)
      const k = numbers('float32', 3 * 3 * 16, 2)
      const opened = await openDevice(
        checkOptions({ device: backend.gpuDevice, gpu: gpu as unknown as GpuHandle }),
      )
      const context = { ...createContext(opened), bindingLimit }
      const status = new StatusWord(context)
      const rows = new ConfigRows(context, resolveConfig(CONFIG))
      const spec = { dtype: 'int32', outOfRange: 'skip' } as const
      const plan = planCall(resolveConfig(CONFIG), shapes)
      const launcher = new Launcher(context, plan, { spec, rows: 4, status: status.buffer })
      const buffers = { q: elementsToBuffer(device, q), k: elementsToBuffer(device, k) }
      const memory = [buffers.q, buffers.k].map((buffer) => ({
        source: 0,
        sourceBuffer: buffer,
        target: 0,
        targetBuffer: buffer,
      }))
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      const table = { buffer: rows.table(4).buffer, byteOffset: 0, batchStride: 0 }
      const given = idBuffer(Int32Array.of(2, 77, -5), 0)
      launcher.encode(pass, memory, table, { buffer: given, byteOffset: 0, batchStride: 0 })
      pass.end()
      device.queue.submit([encoder.finish()])
      expect(await status.read()).toBe(2)
      const wanted = expected(CONFIG, q, shapes.q, [2, 0, 0])
      for (let head = 0; head < 5; head++) {
        wanted.set(q.subarray((head * 3 + 1) * 16, (head + 1) * 48), (head * 3 + 1) * 16)
      }
      expectClose('float32', await read(buffers.q, q, 'float32'), wanted)
    })

    test('a kernel with a table still takes positions of the CPU', async () => {
      const q = numbers('float32', TOKENS * 2 * 16)
      const shaped = bshd(2, 'float32')
      const kernel = await backend.prepare(CONFIG, {
        q: shaped,
        table: { rows: 8, outOfRange: 'skip' },
      })
      const buffer = elementsToBuffer(device, q)
      submit((encoder) => kernel.encode(encoder, { q: tensorIn(buffer), positions: 5000 }))
      expectClose('float32', await read(buffer, q, 'float32'), expected(CONFIG, q, shaped, 5000))
      expect(await kernel.readStatus()).toBe(0)
    })
  })

  describe('what is refused, with nothing encoded', () => {
    const shaped = bshd(4, 'float32')
    const full = (): GPUBuffer => elementsToBuffer(device, numbers('float32', 320))
    const encoder = (): EncoderHandle => device.createCommandEncoder() as unknown as EncoderHandle

    test('tensors that do not fit their buffer, or are not aligned', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      kernel.encode(encoder(), { q: tensorIn(full()), positions: 0 })
      const small = elementsToBuffer(device, numbers('float32', 319))
      for (const [q, field] of [
        [tensorIn(small), 'q'],
        [tensorIn(full(), { byteOffset: 4 }), 'q'],
        [tensorIn(full(), { byteOffset: 2 }), 'q.byteOffset'],
        [tensorIn(full(), { byteOffset: -4 }), 'q.byteOffset'],
        [tensorIn(full(), { dtype: 'float16' }), 'q.dtype'],
        [tensorIn(full(), { shape: [1, 5, 4, 8] }), 'q.shape'],
        [tensorIn({} as GPUBuffer), 'q.buffer'],
      ] as const) {
        const error = await refusal(() => kernel.encode(encoder(), { q, positions: 0 }))
        expect(error.code).toBe('INVALID_TENSOR')
        expect(error.field?.startsWith(field)).toBe(true)
      }
    })

    test('a buffer without the usage STORAGE', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const buffer = device.createBuffer({ size: 1280, usage: 8 })
      const error = await refusal(() =>
        kernel.encode(encoder(), { q: tensorIn(buffer), positions: 0 }),
      )
      expect(error).toMatchObject({ code: 'INVALID_TENSOR', field: 'q.buffer' })
      expect(error.message).toContain('STORAGE')
    })

    test('tensors that were not prepared, or are missing', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const q = tensorIn(full())
      const cases: readonly (readonly [object, string])[] = [
        [{ k: q, positions: 0 }, 'q'],
        [{ q, k: q, positions: 0 }, 'k'],
        [{ q, out: { q }, positions: 0 }, 'out.q'],
        [{ positions: 0 }, 'q'],
      ]
      for (const [call, field] of cases) {
        const error = await refusal(() => kernel.encode(encoder(), call))
        expect(error).toMatchObject({ code: 'INVALID_TENSOR', field })
      }
    })

    test('q and k on one another, also after a call that was fine', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped, k: shaped })
      const buffer = elementsToBuffer(device, numbers('float32', 640))
      const call = (byteOffset: number): object => ({
        q: tensorIn(buffer),
        k: tensorIn(buffer, { byteOffset }),
        positions: 0,
      })
      kernel.encode(encoder(), call(1280))
      expect((await refusal(() => kernel.encode(encoder(), call(1276)))).code).toBe('ALIASING')
      kernel.encode(encoder(), call(1280))
    })

    test('positions: none, two kinds, of the wrong length, on the GPU without a table', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const q = tensorIn(full())
      const positions = { buffer: full(), shape: [TOKENS] } as unknown as GpuPositions
      for (const call of [{}, { positions: 0, shift: 1 }, { positions: [1, 2] }, { positions }]) {
        expect((await refusal(() => kernel.encode(encoder(), { q, ...call }))).code).toBe(
          'INVALID_POSITIONS',
        )
      }
    })

    test('GPU positions that are too few, misplaced, or in a buffer that is written', async () => {
      const kernel = await backend.prepare(CONFIG, {
        q: shaped,
        table: { rows: 8, outOfRange: 'skip' },
      })
      const buffer = full()
      const q = tensorIn(buffer)
      const at = (given: GPUBuffer, byteOffset: number, shape: readonly number[]): GpuPositions =>
        ({ buffer: given, byteOffset, shape }) as unknown as GpuPositions
      const few = toBuffer(device, new Uint8Array(16))
      for (const [positions, code, field] of [
        [at(few, 0, [TOKENS]), 'INVALID_POSITIONS', 'positions.buffer'],
        [at(full(), 2, [TOKENS]), 'INVALID_POSITIONS', 'positions.byteOffset'],
        [at(full(), 0, [TOKENS + 1]), 'INVALID_POSITIONS', 'positions.shape'],
        [at(buffer, 0, [TOKENS]), 'ALIASING', 'positions'],
      ] as const) {
        const error = await refusal(() => kernel.encode(encoder(), { q, positions }))
        expect(error).toMatchObject({ code, field })
      }
    })

    test('tables that cannot be', async () => {
      for (const [table, field] of [
        [{ rows: 0, outOfRange: 'skip' }, 'table.rows'],
        [{ rows: 2 ** 40, outOfRange: 'skip' }, 'table.rows'],
        [{ rows: 8, outOfRange: 'wrap' }, 'table.outOfRange'],
        [{ rows: 8, outOfRange: 'skip', dtype: 'int16' }, 'table.dtype'],
      ] as const) {
        const error = await refusal(() =>
          backend.prepare(CONFIG, { q: shaped, table: table as never }),
        )
        expect(error).toMatchObject({ code: 'INVALID_OPTION', field })
      }
      const axes = { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 0, 1, 0, 1, 0, 1] } as const
      const error = await refusal(() =>
        backend.prepare({ ...CONFIG, axes }, { q: shaped, table: { rows: 8, outOfRange: 'skip' } }),
      )
      expect(error).toMatchObject({ code: 'UNSUPPORTED', field: 'table' })
    })

    test('a call that is no call, and a target that is no pass', async () => {
      expect((await refusal(() => backend.prepare(CONFIG, {}))).code).toBe('INVALID_TENSOR')
      expect((await refusal(() => backend.prepare(CONFIG, null as never))).code).toBe(
        'INVALID_TENSOR',
      )
      const wide = { ...shaped, dtype: 'float64' } as const
      expect((await refusal(() => backend.prepare(CONFIG, { q: wide }))).code).toBe('UNSUPPORTED')
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const error = await refusal(() =>
        kernel.encode({} as EncoderHandle, { q: tensorIn(full()), positions: 0 }),
      )
      expect(error).toMatchObject({ code: 'INVALID_OPTION', field: 'target' })
    })

    test('arrays of another call than was prepared', async () => {
      const kernel = await backend.prepare(CONFIG, { q: shaped })
      const data = new Float32Array(320)
      const attempts = [
        { q: { data, ...bshd(2, 'float32', 10) }, positions: 0 },
        { q: { data, ...shaped }, inverse: true, positions: 0 },
        { q: { data, ...shaped }, out: { q: { data: data.slice(), ...shaped } }, positions: 0 },
      ] as const
      for (const call of attempts) {
        expect((await refusal(() => kernel.run(call))).code).toBe('INVALID_TENSOR')
      }
    })
  })

  test('nothing to rotate is nothing to do', async () => {
    const kernel = await backend.prepare(CONFIG, {
      q: bshd(0, 'float32'),
      k: bshd(2, 'float32', TOKENS, 1),
    })
    const k = numbers('float32', TOKENS * 2 * 16)
    const buffers = {
      q: elementsToBuffer(device, new Float32Array(4)),
      k: elementsToBuffer(device, k),
    }
    submit((encoder) => {
      kernel.encode(encoder, { q: tensorIn(buffers.q), k: tensorIn(buffers.k), positions: 3 })
    })
    const wanted = expected(CONFIG, k, bshd(2, 'float32'), 3)
    expectClose('float32', await read(buffers.k, k, 'float32'), wanted)
    const none = await backend.prepare(CONFIG, { q: bshd(2, 'float32', 0) })
    submit((encoder) => none.encode(encoder, { q: tensorIn(buffers.q), positions: [] }))
    expect(await readBuffer(device, buffers.q)).toEqual(new Uint8Array(16))
  })

  test('every kind of shader compiles without a complaint', async () => {
    const specs = everySpec(device.features.has('shader-f16'))
    const messages: unknown[] = []
    for (const spec of specs) {
      const module = device.createShaderModule({ code: generateShader(spec) })
      const { getCompilationInfo } = module as unknown as {
        getCompilationInfo(): Promise<{
          readonly messages: readonly { readonly message: string }[]
        }>
      }
      const info = await getCompilationInfo.call(module)
      messages.push(...info.messages.map(({ message }) => message))
    }
    expect(specs.length).toBeGreaterThan(150)
    expect(messages).toEqual([])
  })

  test('a device that is destroyed under a kernel is noticed', async () => {
    const own = await createWebGpuBackend({ gpu: gpu as unknown as GpuHandle })
    const kernel = await own.prepare(CONFIG, { q: bshd(4, 'float32') })
    const lost = (own.gpuDevice as unknown as GPUDevice).lost
    ;(own.gpuDevice as unknown as GPUDevice).destroy()
    await lost
    const data = numbers('float32', 320)
    const before = data.slice()
    const error = await refusal(() =>
      kernel.run({ q: { data, ...bshd(4, 'float32') }, positions: 1 }),
    )
    expect(error.code).toBe('BACKEND_FAILED')
    expect(error.message).toContain('lost')
    expect(data).toEqual(before)
    own.dispose()
  })

  test('the device had no complaint in all of this', async () => {
    await device.queue.onSubmittedWorkDone()
    expect(errors).toEqual([])
  })
}
