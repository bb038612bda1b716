/**
 * GPUs that are asked for by name, and calls on GPU buffers: a lost device in a decode loop, data
 * that stays where it is.
 */

import { RopeError, resolveConfig } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { type AutoOptions, createRope, type GpuInput } from '../../src/index.js'
import { CONFIG, changed, entry, fakeGpu, scribble, smallCall } from '../fakes.js'

async function expected(positions: number) {
  const rope = await createRope(CONFIG, { backend: createJsBackend() })
  const call = smallCall()
  rope.rotate({ ...call, positions })
  return [call.q.data, call.k.data]
}

function optionsFor(gpu: Backend, backend: AutoOptions['backend']): AutoOptions {
  return { backends: [entry('js'), entry('webgpu', gpu)], backend }
}

/** Works for `calls` calls, then its device is lost; results are copied back only after success. */
function losing(calls: number): Backend {
  let left = calls
  return fakeGpu('webgpu', (run, plan) => async ({ views, rotation }) => {
    if (plan.headDim === 8 && left-- <= 0) {
      throw new RopeError('BACKEND_FAILED', 'the device was lost: destroyed')
    }
    return run({ views, rotation })
  })
}

describe('a device that is lost in a decode loop', () => {
  test('hands the loop over to the next backend, without a wrong or missing step', async () => {
    const rope = await createRope(CONFIG, optionsFor(losing(5), ['webgpu', 'js']))
    const names: string[] = []
    for (let position = 0; position < 10; position++) {
      const call = smallCall()
      await rope.rotateAsync({ ...call, positions: position })
      expect([call.q.data, call.k.data]).toEqual(await expected(position))
      names.push(rope.backend.name)
    }
    expect(names).toEqual([...Array(5).fill('webgpu'), ...Array(5).fill('js')])
    expect(await rope.explain({ tokens: 1, heads: { q: 2, k: 1 } })).toMatchObject({
      chosen: 'js',
      backends: [
        { name: 'js', chosen: true },
        {
          name: 'webgpu',
          available: false,
          reason: 'it threw in a call: the device was lost: destroyed',
        },
      ],
    })
    rope.dispose()
  })

  test('does so in a step that serves many layers', async () => {
    const rope = await createRope(CONFIG, optionsFor(losing(1), ['webgpu', 'js']))
    const step = rope.at(7)
    for (let layer = 0; layer < 3; layer++) {
      const call = smallCall()
      await step.rotateAsync(call)
      expect([call.q.data, call.k.data]).toEqual(await expected(7))
    }
    rope.dispose()
  })

  test('is an error where nobody else was asked for, and the data is as it was', async () => {
    const rope = await createRope(CONFIG, optionsFor(losing(0), 'webgpu'))
    const call = smallCall()
    await expect(rope.rotateAsync({ ...call, positions: 3 })).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: expect.stringContaining('the device was lost: destroyed'),
    })
    expect(call).toEqual(smallCall())
    rope.dispose()
  })

  test('that leaves half a result behind is put back where it does not promise better', async () => {
    const gpu = fakeGpu('webgpu', (run, plan) => async ({ views, rotation }) => {
      if (plan.headDim !== 8) return run({ views, rotation })
      scribble(views, plan)
      throw new TypeError('mapAsync failed')
    })
    const backends = [
      entry('webgpu', { device: 'gpu', validatesFirst: false, create: () => gpu }),
      entry('js'),
    ]
    const rope = await createRope(CONFIG, { backends, backend: ['webgpu', 'js'] })
    const call = smallCall()
    await rope.rotateAsync({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected(3))
    rope.dispose()
  })

  test('in the middle of writing where it promised not to is told as it is', async () => {
    const gpu = fakeGpu('webgpu', (run, plan) => async ({ views, rotation }) => {
      if (plan.headDim !== 8) return run({ views, rotation })
      scribble(views, plan)
      throw new TypeError('mapAsync failed')
    })
    const rope = await createRope(CONFIG, optionsFor(gpu, ['webgpu', 'js']))
    await expect(rope.rotateAsync({ ...smallCall(), positions: 3 })).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: expect.stringContaining('may be partly rotated'),
    })
    rope.dispose()
  })
})

describe('a GPU asked for by name', () => {
  test('makes asynchronous calls; synchronous ones stay on the CPU', async () => {
    const rope = await createRope(CONFIG, optionsFor(fakeGpu('webgpu'), ['webgpu', 'js']))
    expect(rope.backend.name).toBe('webgpu')
    const call = smallCall()
    rope.rotate({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected(3))
    const bound = smallCall()
    rope.bind(bound).rotate(3)
    rope.at(4).rotate(smallCall())
    rope.shift(smallCall().k, 2)
    expect([bound.q.data, bound.k.data]).toEqual(await expected(3))
    rope.dispose()
  })

  test('alone refuses synchronous calls, and says what to call instead', async () => {
    const rope = await createRope(CONFIG, optionsFor(fakeGpu('webgpu'), 'webgpu'))
    expect(() => rope.rotate({ ...smallCall(), positions: 3 })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('use rotateAsync'),
      }),
    )
    const call = smallCall()
    await rope.rotateAsync({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected(3))
    rope.dispose()
  })

  test('leaves to the next backend what it refuses', async () => {
    const rope = await createRope(CONFIG, optionsFor(fakeGpu('webgpu'), ['webgpu', 'js']))
    const data = Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0)
    await rope.rotateAsync({ q: { data, shape: [1, 1, 1, 8], layout: 'bshd' }, positions: 1 })
    expect(data[0]).toBeCloseTo(Math.cos(1), 14)
    const alone = await createRope(CONFIG, optionsFor(fakeGpu('webgpu'), 'webgpu'))
    const q = { data, shape: [1, 1, 1, 8], layout: 'bshd' } as const
    await expect(alone.rotateAsync({ q, positions: 1 })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      field: 'dtype',
    })
    rope.dispose()
    alone.dispose()
  })

  test('is not even loaded otherwise: typed arrays stay on the CPU', async () => {
    let loads = 0
    const gpu = entry('webgpu', { device: 'gpu' })
    const counting = { ...gpu, load: () => gpu.load().finally(() => loads++) }
    const options = { backends: [entry('js'), counting] } as const
    const rope = await createRope(CONFIG, options)
    await rope.rotateAsync({ ...smallCall(), positions: 3 })
    expect(loads).toBe(0)
    expect((await rope.explain()).backends[1]).toMatchObject({
      name: 'webgpu',
      available: null,
      why: 'data in typed arrays stays on the CPU; give { device } to work on GPU buffers',
    })
    const all = await createRope(CONFIG, { ...options, probe: 'all' })
    await all.rotateAsync({ ...smallCall(), positions: 3 })
    expect(loads).toBe(1)
    expect((await all.explain()).backends[1]).toMatchObject({
      name: 'webgpu',
      chosen: false,
      why: 'the data is in typed arrays, which stay on the CPU',
    })
    rope.dispose()
    all.dispose()
  })
})

/** A GPU that notes what it is told to encode. */
function recordingGpu() {
  const log: string[] = []
  let lost = false
  const gpu: Backend & Record<string, unknown> = {
    ...fakeGpu('webgpu'),
    gpuDevice: {
      createCommandEncoder: () => ({ finish: () => 'commands' }),
      queue: {
        submit: (commands: readonly string[]) => void log.push(`submit ${commands.join()}`),
        onSubmittedWorkDone: async () => void log.push('done'),
      },
    },
    prepareSync(config: unknown, call: { readonly q: { readonly shape: readonly number[] } }) {
      log.push(`prepare ${call.q.shape.join('x')} ${(config as typeof CONFIG).headDim}`)
      return {
        plan: {
          dtype: 'float32',
          batch: 1,
          tokens: 1,
          headDim: 8,
          pairs: 4,
          operands: [{ heads: 2 }],
          inPlace: true,
        },
        encode(target: unknown, { positions }: { readonly positions: number }) {
          if (lost) throw new RopeError('BACKEND_FAILED', 'the device was lost')
          log.push(`encode ${typeof target} at ${positions}`)
        },
        dispose: () => void log.push('dispose'),
      }
    },
  }
  const lose = (): void => {
    lost = true
  }
  return { gpu, log, lose }
}

describe('calls on GPU buffers', () => {
  const buffer = (label: string) => ({ size: 1024, usage: 128, label })
  const call = (label: string, tokens = 1) =>
    ({
      q: { buffer: buffer(label), shape: [1, tokens, 2, 8], layout: 'bshd', dtype: 'float32' },
      positions: 5,
    }) as unknown as GpuInput

  test('are prepared once per shape and encoded into the pass that is given', async () => {
    const { gpu, log } = recordingGpu()
    const rope = await createRope(CONFIG, { ...optionsFor(gpu, undefined), device: {} })
    const pass = {} as never
    rope.encode(pass, call('layer 0'))
    rope.encode(pass, call('layer 1'))
    rope.encode(pass, call('prompt', 9))
    expect(log).toEqual([
      'prepare 1x1x2x8 8',
      'encode object at 5',
      'encode object at 5',
      'prepare 1x9x2x8 8',
      'encode object at 5',
    ])
    expect(await rope.explain()).toMatchObject({
      chosen: 'webgpu',
      call: { memory: 'gpu' },
      backends: [
        { name: 'webgpu', chosen: true, why: 'the data is on the GPU, and stays there' },
        { name: 'js', chosen: false, why: 'the data is on the GPU, and stays there' },
      ],
    })
    rope.dispose()
    expect(log.slice(-2)).toEqual(['dispose', 'dispose'])
  })

  test('are submitted and awaited by rotateAsync', async () => {
    const { gpu, log } = recordingGpu()
    const rope = await createRope(CONFIG, optionsFor(gpu, 'webgpu'))
    await rope.rotateAsync(call('layer 0'))
    expect(log).toEqual(['prepare 1x1x2x8 8', 'encode object at 5', 'submit commands', 'done'])
    rope.dispose()
  })

  test('are not made by anybody else when the device is lost: the data is on it', async () => {
    const { gpu, lose } = recordingGpu()
    const rope = await createRope(CONFIG, { ...optionsFor(gpu, undefined), device: {} })
    rope.encode({} as never, call('layer 0'))
    lose()
    const lost = expect.objectContaining({ code: 'BACKEND_FAILED', message: 'the device was lost' })
    expect(() => rope.encode({} as never, call('layer 0'))).toThrow(lost)
    expect(() => rope.encode({} as never, call('layer 0'))).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('webgpu: it threw in a call: the device was lost'),
      }),
    )
    rope.rotate({ ...smallCall(), positions: 3 })
    expect(rope.backend.name).toBe('js')
    rope.dispose()
  })

  test('need a GPU: without one the error says how to get one', async () => {
    const rope = await createRope(CONFIG, optionsFor(fakeGpu('webgpu'), undefined))
    const missing = expect.objectContaining({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /does not leave the GPU by itself; webgpu: .* give \{ device \}/,
      ),
    })
    expect(() => rope.encode({} as never, call('layer 0'))).toThrow(missing)
    await expect(rope.rotateAsync(call('layer 0'))).rejects.toEqual(missing)
    rope.dispose()
  })

  test('need a backend that takes buffers', async () => {
    const gpu = changed('webgpu', () => ({
      device: 'gpu',
      capabilities: fakeGpu('x').capabilities,
    }))
    const rope = await createRope(resolveConfig(CONFIG), optionsFor(gpu, 'webgpu'))
    expect(() => rope.encode({} as never, call('layer 0'))).toThrow(/webgpu: it takes no buffers/)
    rope.dispose()
  })
})
