/**
 * Backends that fail in a call: the data is as it was, the next backend makes the call, and the one
 * that failed is not used again.
 */

import { RopeError } from '@rope/core'
import type { Backend, Kernel, Plan } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { createAutoBackend } from '../../src/create-backend.js'
import { type AutoOptions, createRope } from '../../src/index.js'
import { CONFIG, changed, entry, named, scribble, smallCall, wrapped } from '../fakes.js'

type Wrap = (run: Kernel['run'], plan: Plan) => Kernel['run']

/** Calls of tests have heads of 8 channels; those of the self-test are left alone. */
function failing(fail: Wrap): Backend {
  return wrapped('failing', (run, plan) => (plan.headDim === 8 ? fail(run, plan) : run))
}

function optionsFor(first: Backend, parts: { validatesFirst?: boolean } = {}): AutoOptions {
  const create = () => first
  const lines: string[] = []
  return {
    backends: [entry('failing', { create, ...parts }), entry('js')],
    backend: ['failing', 'js'],
    debug: (line) => lines.push(line),
  }
}

/** What a call must give, by the JavaScript backend. */
async function expected(tokens = 1) {
  const rope = await createRope(CONFIG, { backend: createJsBackend() })
  const call = smallCall(tokens)
  rope.rotate({ ...call, positions: 3 })
  return [call.q.data, call.k.data]
}

const refusing: Wrap = () => () => {
  throw new RopeError('BACKEND_FAILED', 'out of memory')
}

const trapping: Wrap =
  (_, plan) =>
  ({ views }) => {
    scribble(views, plan)
    throw named('RuntimeError', 'memory access out of bounds')
  }

/** Works a few times, then traps in the middle. */
const trappingLater: Wrap = (run, plan) => {
  let calls = 0
  return ({ views, rotation }) => {
    calls += 1
    if (calls <= 300) return run({ views, rotation })
    scribble(views, plan)
    throw named('RuntimeError', 'unreachable')
  }
}

describe('a backend that throws in its first call', () => {
  test.each([
    ['before it writes', refusing, 'out of memory'],
    ['in the middle', trapping, 'RuntimeError: memory access out of bounds'],
  ])('%s: the next one finishes the call, in place', async (_, wrap, evidence) => {
    const rope = await createRope(CONFIG, optionsFor(failing(wrap)))
    const call = smallCall()
    rope.rotate({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected())
    expect(rope.backend.name).toBe('js')
    expect(await rope.explain()).toMatchObject({
      chosen: 'js',
      backends: [
        { name: 'js' },
        { name: 'failing', available: false, reason: `it threw in a call: ${evidence}` },
      ],
    })
    rope.dispose()
  })

  test('out of place: the inputs are untouched, and the output is whole', async () => {
    const rope = await createRope(CONFIG, optionsFor(failing(trapping)))
    const [call, out] = [smallCall(), smallCall()]
    rope.rotate({ ...call, out, positions: 3 })
    expect(call).toEqual(smallCall())
    expect([out.q.data, out.k.data]).toEqual(await expected())
    rope.dispose()
  })

  test('elements between those of a tensor keep what others have written meanwhile', async () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => i)
    const rope = await createRope(
      CONFIG,
      optionsFor(
        failing((_, plan) => ({ views }) => {
          scribble(views, plan)
          // Somebody else's element, in a gap of the tensor.
          data[12] = 1234
          throw new Error('trap')
        }),
      ),
    )
    const q = { data, shape: [1, 2, 1, 8], strides: [32, 32, 16, 1] }
    rope.rotate({ q, positions: 0 })
    expect(data[12]).toBe(1234)
    expect([...data.subarray(0, 8)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    rope.dispose()
  })

  test('when it compiles: the next one is asked', async () => {
    const uncompilable = changed('failing', (backend) => ({
      compile(plan) {
        if (plan.headDim === 8) throw new Error('no registers left')
        return backend.compile(plan)
      },
    }))
    const rope = await createRope(CONFIG, optionsFor(uncompilable))
    rope.rotate({ ...smallCall(), positions: 3 })
    expect((await rope.explain()).backends[1]?.why).toBe(
      'it could not compile a plan that it supports: no registers left',
    )
    rope.dispose()
  })

  test('is put out of use for every rope over the same backends, and for other kinds of calls', async () => {
    let calls = 0
    const rope = await createRope(
      CONFIG,
      optionsFor(
        failing((run) => ({ views, rotation }) => {
          calls += 1
          if (calls > 1) throw new RopeError('BACKEND_FAILED', 'the device was lost')
          return run({ views, rotation })
        }),
      ),
    )
    rope.rotate({ ...smallCall(), positions: 0 })
    rope.rotate({ ...smallCall(2), positions: 0 })
    rope.rotate({ ...smallCall(), positions: 0 })
    expect(calls).toBe(2)
    rope.dispose()
  })
})

describe('a backend that traps after hundreds of calls', () => {
  test('in place, with nothing to put back: it says so, and is not used again', async () => {
    const rope = await createRope(CONFIG, optionsFor(failing(trappingLater)))
    const bound = smallCall()
    const calls = rope.bind(bound)
    for (let i = 0; i < 300; i++) calls.rotate(i)
    expect(() => calls.rotate(0)).toThrow(
      expect.objectContaining({
        code: 'BACKEND_FAILED',
        message: expect.stringContaining(
          'may be partly rotated; fill them again and repeat the call',
        ),
      }),
    )
    const fresh = smallCall()
    rope.rotate({ ...fresh, positions: 3 })
    expect([fresh.q.data, fresh.k.data]).toEqual(await expected())
    rope.dispose()
  })

  test('is no problem out of place', async () => {
    const rope = await createRope(CONFIG, optionsFor(failing(trappingLater)))
    const [call, out] = [smallCall(), smallCall()]
    for (let i = 0; i < 301; i++) rope.rotate({ ...call, out, positions: 3 })
    expect([out.q.data, out.k.data]).toEqual(await expected())
    rope.dispose()
  })

  test('and does not promise to validate first works on memory that can be put back', async () => {
    const rope = await createRope(
      CONFIG,
      optionsFor(failing(trappingLater), { validatesFirst: false }),
    )
    for (let i = 0; i < 300; i++) rope.rotate({ ...smallCall(), positions: 3 })
    expect(rope.backend.name).toBe('failing')
    const call = smallCall()
    rope.rotate({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected())
    expect(rope.backend.name).toBe('js')
    rope.dispose()
  })

  test('and throws a RopeError has promised that nothing was written', async () => {
    let calls = 0
    const rope = await createRope(
      CONFIG,
      optionsFor(
        failing((run) => ({ views, rotation }) => {
          calls += 1
          if (calls > 300) throw new RopeError('BACKEND_FAILED', 'out of memory')
          return run({ views, rotation })
        }),
      ),
    )
    for (let i = 0; i < 300; i++) rope.rotate({ ...smallCall(), positions: 3 })
    const call = smallCall()
    rope.rotate({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected())
    rope.dispose()
  })
})

describe('when everybody fails', () => {
  test('the error says why each of them did, and the data is as it was', async () => {
    const rope = await createRope(CONFIG, {
      backends: [entry('a', failing(trapping)), entry('b', failing(refusing))],
    })
    const call = smallCall()
    expect(() => rope.rotate({ ...call, positions: 3 })).toThrow(
      expect.objectContaining({
        code: 'BACKEND_FAILED',
        message:
          'every backend that could make this call has failed, and the tensors are as they were: a: it threw in a call: RuntimeError: memory access out of bounds; b: it threw in a call: out of memory',
      }),
    )
    expect(call).toEqual(smallCall())
    expect(() => rope.rotate({ ...call, positions: 3 })).toThrow(
      expect.objectContaining({ code: 'BACKEND_FAILED' }),
    )
    rope.dispose()
  })
})

describe("the caller's mistakes", () => {
  test('are nobody else to try on, and put nobody out of use', async () => {
    let calls = 0
    const rope = await createRope(
      CONFIG,
      optionsFor(
        failing((run) => ({ views, rotation }) => {
          calls += 1
          if (calls === 2) throw new RopeError('INVALID_TENSOR', 'q was detached', { field: 'q' })
          return run({ views, rotation })
        }),
      ),
    )
    rope.rotate({ ...smallCall(), positions: 3 })
    const attempt = (): void => rope.rotate({ ...smallCall(), positions: 3 })
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_TENSOR', field: 'q' }))
    expect(attempt).not.toThrow()
    expect(rope.backend.name).toBe('failing')
    rope.dispose()
  })
})

test('a kernel of a disposed backend refuses, before and after it has settled', async () => {
  for (const calls of [0, 1, 400]) {
    const backend = await createAutoBackend({ backend: 'js' })
    const rope = await createRope(CONFIG, { backend })
    for (let i = 0; i < calls; i++) rope.rotate({ ...smallCall(), positions: i })
    backend.dispose()
    const call = smallCall()
    expect(() => rope.rotate({ ...call, positions: 3 })).toThrow(RopeError)
    expect(call).toEqual(smallCall())
  }
})
