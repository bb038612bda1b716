import { describe, expect, test } from 'vitest'
import { openCache } from '../../src/cache/cache.js'
import type { CalibrationStore } from '../../src/cache/store.js'

const COSTS = { js: { float32: [{ upTo: null, overhead: 1, rate: 100 }] } }
const now = (): number => Date.UTC(2026, 0, 1)

function opened(store: Partial<CalibrationStore>) {
  const lines: string[] = []
  const whole = { place: 'here', load: () => null, save: () => undefined, ...store }
  return { lines, cache: openCache(whole, 'key', now, (line) => lines.push(line)) }
}

/** A store that keeps one text, at once or later. */
function memory(isAsync: boolean, text: string | null = null) {
  const kept = { text }
  const answer = <Value>(value: Value): Value | Promise<Value> =>
    isAsync ? Promise.resolve(value) : value
  return {
    kept,
    load: () => answer(kept.text),
    save(next: string) {
      kept.text = next
      return answer(undefined) as undefined
    },
  }
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describe.each([true, false])('a store that answers later: %s', (isAsync) => {
  test('gives back what was saved', async () => {
    const { lines, cache } = opened(memory(isAsync))
    expect(await cache.load()).toBeNull()
    cache.save(COSTS)
    await later()
    expect(await cache.load()).toEqual(COSTS)
    expect(lines).toEqual([])
  })

  test('of a newer version is ignored with a debug line, and left as it is', async () => {
    const text = '{ "format": 7, "machines": [] }'
    const store = memory(isAsync, text)
    const { lines, cache } = opened(store)
    expect(await cache.load()).toBeNull()
    cache.save(COSTS)
    await later()
    expect(store.kept.text).toBe(text)
    expect(lines).toEqual([
      'ignored the calibration cache here: it was written by a newer version (format 7; this one reads 1)',
      'ignored the calibration cache here: it belongs to a newer version and is left as it is',
    ])
  })
})

test('a store that answers at once has saved when save returns', () => {
  const store = memory(false)
  opened(store).cache.save(COSTS)
  expect(store.kept.text).toContain('"rate":100')
})

describe('a store is left alone, with a debug line, that', () => {
  const broken = (): never => {
    throw new Error('EROFS')
  }

  test('throws', async () => {
    const { lines, cache } = opened({ load: broken, save: broken })
    expect(await cache.load()).toBeNull()
    cache.save(COSTS)
    expect(lines).toEqual([
      'ignored the calibration cache here: it cannot be read: EROFS',
      'ignored the calibration cache here: it cannot be written: EROFS',
    ])
  })

  test('rejects', async () => {
    const rejecting = async (): Promise<never> => broken()
    const { lines, cache } = opened({ load: rejecting, save: rejecting })
    expect(await cache.load()).toBeNull()
    cache.save(COSTS)
    await later()
    expect(lines.map((line) => line.split(': ')[1])).toEqual([
      'it cannot be read',
      'it cannot be written',
    ])
  })

  test('never answers', async () => {
    const { lines, cache } = opened({ load: () => new Promise(() => undefined) })
    expect(await cache.load()).toBeNull()
    expect(lines).toEqual([
      'ignored the calibration cache here: it cannot be read: it did not answer within 500 ms',
    ])
  })
})

test('a cache that is switched off keeps nothing and says nothing', async () => {
  const lines: string[] = []
  const cache = openCache(false, 'key', now, (line) => lines.push(line))
  cache.save(COSTS)
  expect(await cache.load()).toBeNull()
  expect(lines).toEqual([])
})
