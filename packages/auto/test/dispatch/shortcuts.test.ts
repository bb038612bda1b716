/**
 * Once there is a winner, calls go straight to it. Kernels that bring shorter ways - bound calls,
 * rows that they make themselves, calls off the event loop - keep them through the front door, with
 * the same care when they fail.
 */

import { RopeError } from '@rope/core'
import {
  type Backend,
  type Kernel,
  multiplyRow,
  type Rotation,
  type View,
} from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { planOfCall } from '../../src/call.js'
import { type AutoOptions, createAutoBackend, createRope } from '../../src/index.js'
import { CONFIG, changed, entry, smallCall } from '../fakes.js'

/** How often each way was taken; `fail` breaks a way off from some call on. */
interface Ways {
  bound: number
  decode: number
  async: number
  plain: number
}

function shortcut(
  fail?: (way: keyof Ways, count: number) => void,
  hasDecode = false,
): {
  readonly backend: Backend
  readonly ways: Ways
} {
  const ways: Ways = { bound: 0, decode: 0, async: 0, plain: 0 }
  const take = (way: keyof Ways): void => {
    ways[way] += 1
    fail?.(way, ways[way])
  }
  const backend = changed('shortcut', (plain) => ({
    compile(plan): Kernel {
      const kernel = plain.compile(plan)
      if (plan.headDim !== 8) return kernel
      return {
        run({ views, rotation }) {
          take('plain')
          return kernel.run({ views, rotation })
        },
        bind:
          ({ views, rotation }) =>
          () => {
            take('bound')
            void kernel.run({ views, rotation })
          },
        ...(hasDecode && {
          bindDecode:
            ({ views, rotation }, factors) =>
            (rest: number) => {
              take('decode')
              multiplyRow(factors, rest, rotation)
              void kernel.run({ views, rotation })
            },
        }),
        async runAsync({ views, rotation }) {
          take('async')
          await Promise.resolve()
          void kernel.run({ views, rotation })
        },
      }
    },
  }))
  return { backend, ways }
}

function optionsFor(backend: Backend): AutoOptions {
  return { backends: [entry('shortcut', backend), entry('js')], backend: ['shortcut', 'js'] }
}

async function expected(positions: number) {
  const rope = await createRope(CONFIG, { backend: createJsBackend() })
  const call = smallCall()
  rope.rotate({ ...call, positions })
  return [call.q.data, call.k.data]
}

const SETTLED = 300

describe('a plain call', () => {
  test('hands what it was given to the winner, once and as it is', async () => {
    const seen: (readonly [readonly View[], Rotation])[] = []
    const winner = changed('winner', (plain) => ({
      compile: (plan) => {
        const kernel = plain.compile(plan)
        return {
          run({ views, rotation }) {
            seen.push([views, rotation])
            return kernel.run({ views, rotation })
          },
        }
      },
    }))
    const auto = await createAutoBackend(optionsFor(winner))
    const config = { headDim: 8, rotaryDim: 8, windowOffset: 0, pairing: 'half' } as const
    const kernel = auto.compile(planOfCall(config, { tokens: 1, heads: { q: 1 } }))
    const q = new Float32Array(8).fill(1)
    const rotation = {
      ...{ pairs: 4, rows: 1, batchStride: 0 },
      cos: new Float32Array(4).fill(0.6),
      sin: new Float32Array(4).fill(0.8),
    }
    const views = [{ source: q, sourceOffset: 0, target: q, targetOffset: 0 }]
    for (let i = 0; i < SETTLED; i++) kernel.run({ views, rotation })
    seen.length = 0
    for (let i = 0; i < 10; i++) kernel.run({ views, rotation })
    expect(seen).toHaveLength(10)
    for (const [seenViews, seenRotation] of seen) {
      expect(seenViews).toBe(views)
      expect(seenRotation).toBe(rotation)
    }
    expect(await auto.explain()).toMatchObject({
      chosen: 'shortcut',
      call: { tokens: 1, heads: [1] },
    })
    auto.dispose()
  })
})

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
    expect((await rope.explain()).call).toMatchObject({ tokens: 1, heads: [2, 1] })
    rope.dispose()
    expect(() => bound.rotate(1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
  })

  test('has its rows made by a winner that can', async () => {
    const { backend, ways } = shortcut(undefined, true)
    const rope = await createRope(CONFIG, optionsFor(backend))
    const call = smallCall()
    const bound = rope.bind(call)
    for (let i = 0; i < SETTLED; i++) bound.rotate(i)
    expect(ways.decode).toBeGreaterThan(0)
    expect([ways.decode + ways.plain, ways.bound]).toEqual([SETTLED, 0])
    const before = ways.decode
    for (const position of [17, 63, 64, 4095, -1, 2.5, 1e9]) {
      call.q.data.set(smallCall().q.data)
      call.k.data.set(smallCall().k.data)
      bound.rotate(position)
      expect([call.q.data, call.k.data]).toEqual(await expected(position))
    }
    // All but the one between two positions.
    expect([ways.decode - before, ways.bound]).toEqual([6, 1])
    rope.dispose()
    expect(() => bound.rotate(1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
  })

  test.each([
    ['bound', false],
    ['decode', true],
  ] as const)(
    'goes on with the next backend when the winner fails: %s',
    async (failing, hasDecode) => {
      const { backend } = shortcut((way, count) => {
        if (way === failing && count > 5) throw new RopeError('BACKEND_FAILED', 'out of threads')
      }, hasDecode)
      const rope = await createRope(CONFIG, optionsFor(backend))
      const call = smallCall()
      const bound = rope.bind(call)
      for (let i = 0; i < SETTLED + 20; i++) {
        call.q.data.set(smallCall().q.data)
        call.k.data.set(smallCall().k.data)
        bound.rotate(i)
        expect([call.q.data[0], call.k.data[0]]).toEqual(
          (await expected(i)).map(([first]) => first),
        )
      }
      expect(rope.backend.name).toBe('js')
      rope.dispose()
    },
  )

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
