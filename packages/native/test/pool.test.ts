/**
 * The pool: no threads before they are wanted, and never more than the bytes of a call justify.
 * This file has a process of its own, and so a pool of its own.
 */
import { createNativeBackend } from '@rope/native'
import { expect, test } from 'vitest'
import type { Addon } from '../src/addon.js'
import { createHost } from '../src/binary/host.js'
import { loadAddon } from '../src/binary/load.js'
import { planWords } from '../src/plan-words.js'
import { createCall, holds } from './call-fixture.js'
import { describeNative } from './here.js'

/** Bytes of q and k per token in the calls of this file. */
const TOKEN_BYTES = 6 * 64 * 4

const KILOBYTES_256 = 262_144

function addonHere(): Addon {
  const { addon } = loadAddon(createHost(new URL('../', import.meta.url)))
  if (addon === null) throw new Error('there is no addon, although the backend has one')
  return addon
}

function rotate(tokens: number, threads: number): void {
  const call = createCall({ tokens })
  createNativeBackend({ threads }).compile(call.plan).run(call)
  expect(holds(call.views, call.wanted)).toBe(true)
}

describeNative('the pool', () => {
  test('has no threads until a large call wants them, then as many as its bytes justify', () => {
    const addon = addonHere()
    expect(addon.countThreads()).toBe(0)
    rotate(1, 8)
    rotate(Math.floor((2 * KILOBYTES_256) / TOKEN_BYTES) - 1, 8)
    expect(addon.countThreads()).toBe(0)
    rotate(4096, 1)
    expect(addon.countThreads()).toBe(0)
    rotate(4096, 2)
    expect(addon.countThreads()).toBe(1)
    rotate(4096, 4)
    expect(addon.countThreads()).toBe(3)
    rotate(4096, 3)
    expect(addon.countThreads()).toBe(3)
  })

  test.each([
    [1, 1],
    [KILOBYTES_256 / TOKEN_BYTES, 1],
    [(2 * KILOBYTES_256) / TOKEN_BYTES - 1, 1],
    [(2 * KILOBYTES_256) / TOKEN_BYTES + 1, 2],
    [(5 * KILOBYTES_256) / TOKEN_BYTES + 1, 5],
    [(99 * KILOBYTES_256) / TOKEN_BYTES, 8],
  ])('%d tokens justify %i threads of 8', (tokens, threads) => {
    const addon = addonHere()
    const { plan } = createCall({ tokens: 1 })
    const [best] = [...addon.instructionSets].reverse().filter(({ supported }) => supported)
    const kernel = addon.compile(
      planWords({ ...plan, tokens: Math.floor(tokens) }),
      best?.id ?? 0,
      8,
    )
    expect(kernel).toBeDefined()
    if (kernel !== undefined) expect(addon.threadsOf(kernel)).toBe(threads)
  })
})
