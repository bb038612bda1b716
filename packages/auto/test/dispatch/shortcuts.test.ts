/**
 * Kernels that bring shorter ways - bound calls, calls off the event loop - keep them through the
 * front door, with the same care when they fail.
 */
import { type Backend, type Kernel, RopeError } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { type AutoOptions, createRope } from '../../src/index.js'
import { CONFIG, changed, entry, smallCall } from '../fakes.js'

/** How often each way was taken; `fail` breaks a way off from some call on. */
interface Ways {
  bound: number
  async: number
  plain: number
}

function shortcut(fail?: (way: keyof Ways, count: number) => void): {
  readonly backend: Backend
  readonly ways: Ways
} {
  const ways: Ways = { bound: 0, async: 0, plain: 0 }
  const take = (way: keyof Ways): void => {
    ways[way] += 1
    fail?.(way, ways[way])
  }
  const backend = changed('shortcut', (plain) => ({
    compile(plan): Kernel {
      const kernel = plain.compile(plan)
      if (plan.headDim !== 8) return kernel
      return {
        run(views, rotation) {
          take('plain')
          return kernel.run(views, rotation)
        },
        bind: (views, rotation) => () => {
          take('bound')
          void kernel.run(views, rotation)
        },
        async runAsync(views, rotation) {
          take('async')
          await Promise.resolve()
          void kernel.run(views, rotation)
        },
      }
    },
  }))
  return { backend, ways }
}

function optionsFor(backend: Backend): AutoOptions {
  return { backends: [entry('shortcut', backend), entry('js')], calibrate: false, cache: false }
}

async function expected(positions: number) {
  const rope = await createRope(CONFIG, { backend: createJsBackend() })
  const call = smallCall()
  rope.rotate({ ...call, positions })
  return [call.q.data, call.k.data]
}

const SETTLED = 300

describe('a bound loop', () => {
  test('takes the short way once there is a winner', async () => {
    const { backend, ways } = shortcut()
    const rope = await createRope(CONFIG, optionsFor(backend))
    const call = smallCall()
    const bound = rope.bind(call)
    for (let i = 0; i < SETTLED; i++) bound.rotate(i)
    expect(ways.bound).toBeGreaterThan(0)
    expect(ways.bound + ways.plain).toBe(SETTLED)
    const before = ways.plain
    call.q.data.set(smallCall().q.data)
    call.k.data.set(smallCall().k.data)
    bound.rotate(17)
    expect([call.q.data, call.k.data]).toEqual(await expected(17))
    expect(ways.plain).toBe(before)
    expect(rope.explain().call).toMatchObject({ tokens: 1, heads: [2, 1] })
    rope.dispose()
    expect(() => bound.rotate(1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
  })

  test('goes on with the next backend when the winner fails', async () => {
    const { backend } = shortcut((way, count) => {
      if (way === 'bound' && count > 5) throw new RopeError('BACKEND_FAILED', 'out of threads')
    })
    const rope = await createRope(CONFIG, optionsFor(backend))
    const call = smallCall()
    const bound = rope.bind(call)
    for (let i = 0; i < SETTLED + 20; i++) {
      call.q.data.set(smallCall().q.data)
      call.k.data.set(smallCall().k.data)
      bound.rotate(i)
      expect([call.q.data[0], call.k.data[0]]).toEqual((await expected(i)).map(([first]) => first))
    }
    expect(rope.backend.name).toBe('js')
    rope.dispose()
  })

  test('says so when its memory has gone, and puts nobody out of use', async () => {
    const { backend } = shortcut()
    const rope = await createRope(CONFIG, optionsFor(backend))
    const call = smallCall()
    const bound = rope.bind(call)
    bound.rotate(1)
    structuredClone(call.q.data, { transfer: [call.q.data.buffer as ArrayBuffer] })
    expect(() => bound.rotate(2)).toThrow(expect.objectContaining({ code: 'INVALID_TENSOR' }))
    rope.rotate({ ...smallCall(), positions: 1 })
    expect(rope.backend.name).toBe('shortcut')
    rope.dispose()
  })
})

describe('an asynchronous call', () => {
  test('leaves the event loop to others once there is a winner', async () => {
    const { backend, ways } = shortcut()
    const rope = await createRope(CONFIG, optionsFor(backend))
    for (let i = 0; i < SETTLED; i++) await rope.rotateAsync({ ...smallCall(), positions: i })
    expect(ways.async).toBeGreaterThan(0)
    const call = smallCall()
    await rope.rotateAsync({ ...call, positions: 3 })
    expect([call.q.data, call.k.data]).toEqual(await expected(3))
    rope.dispose()
  })

  test('goes on with the next backend when the winner fails', async () => {
    const { backend } = shortcut((way) => {
      if (way === 'async') throw new RopeError('BACKEND_FAILED', 'out of threads')
    })
    const rope = await createRope(CONFIG, optionsFor(backend))
    for (let i = 0; i < SETTLED; i++) {
      const call = smallCall()
      await rope.rotateAsync({ ...call, positions: 3 })
      expect([call.q.data, call.k.data]).toEqual(await expected(3))
    }
    expect(rope.backend.name).toBe('js')
    rope.dispose()
  })

  test('whose memory goes away meanwhile is an error, and nobody else tries', async () => {
    let isGoing = false
    const call = smallCall()
    const { backend } = shortcut((way) => {
      if (way !== 'async' || !isGoing) return
      structuredClone(call.q.data, { transfer: [call.q.data.buffer as ArrayBuffer] })
      throw new RopeError('BACKEND_FAILED', 'an array was detached during the call')
    })
    const rope = await createRope(CONFIG, optionsFor(backend))
    for (let i = 0; i < SETTLED; i++) await rope.rotateAsync({ ...smallCall(), positions: i })
    isGoing = true
    await expect(rope.rotateAsync({ ...call, positions: 3 })).rejects.toMatchObject({
      message: 'an array was detached during the call',
    })
    isGoing = false
    await rope.rotateAsync({ ...smallCall(), positions: 3 })
    expect(rope.backend.name).toBe('shortcut')
    rope.dispose()
  })
})
