/**
 * What the page says, and what happens when it says nothing.
 */
import { RopeError } from '@rope/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Inbox } from '../../../src/node/gpu/inbox.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function failure(inbox: Inbox): Promise<RopeError> {
  const error: unknown = await inbox.result.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!RopeError.isInstance(error)) throw new Error(`no RopeError: ${String(error)}`)
  return error
}

describe('an inbox', () => {
  test('passes messages on until the result', async () => {
    const seen: unknown[] = []
    const inbox = new Inbox(
      { onProgress: (it) => seen.push(it), onGroup: (it) => seen.push(it) },
      1000,
    )
    inbox.take({ kind: 'progress', data: 1 })
    vi.advanceTimersByTime(900)
    inbox.take({ kind: 'group', data: 2 })
    vi.advanceTimersByTime(900)
    inbox.take({ kind: 'result', data: 3 })
    vi.advanceTimersByTime(5000)
    expect(await inbox.result).toBe(3)
    expect(seen).toEqual([1, 2])
  })

  test('silence ends it', async () => {
    const inbox = new Inbox({}, 2000)
    vi.advanceTimersByTime(2001)
    const { code, message } = await failure(inbox)
    expect([code, message]).toEqual(['BACKEND_FAILED', 'the page said nothing for 2 s'])
  })

  test('a listener that throws ends it', async () => {
    const onGroup = (): never => {
      throw new Error('enough')
    }
    const inbox = new Inbox({ onGroup }, 1000)
    inbox.take({ kind: 'group', data: 1 })
    expect((await failure(inbox)).field).toBe('onGroup')
  })

  test('an error of the page keeps its code', async () => {
    const inbox = new Inbox({}, 1000)
    inbox.take({ kind: 'error', code: 'UNAVAILABLE', message: 'no adapter' })
    inbox.fail('the browser ended')
    const { code, message } = await failure(inbox)
    expect([code, message]).toEqual(['UNAVAILABLE', 'no adapter'])
  })
})
