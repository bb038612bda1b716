/**
 * The browser's stores, with stand-ins for IndexedDB and localStorage; the real ones are met in the
 * browser tests.
 */
import { afterEach, expect, test, vi } from 'vitest'
import { browserStore } from '../../src/cache/browser-store.js'

afterEach(() => vi.unstubAllGlobals())

/** A request that succeeds, or fails, a moment later. */
function request<Result>(result: Result, error?: unknown) {
  const made = {
    result,
    error,
    onsuccess: null as (() => void) | null,
    onerror: null as (() => void) | null,
    onupgradeneeded: null as (() => void) | null,
    onblocked: null,
  }
  setTimeout(() => {
    if (error !== undefined) {
      made.onerror?.()
      return
    }
    made.onupgradeneeded?.()
    made.onsuccess?.()
  })
  return made
}

function fakeIndexedDb() {
  const tables = new Map<string, Map<string, unknown>>()
  let open = 0
  const database = {
    createObjectStore: (name: string) => tables.set(name, tables.get(name) ?? new Map()),
    transaction: (name: string) => ({
      objectStore: () => ({
        get: (key: string) => request(tables.get(name)?.get(key)),
        put: (value: unknown, key: string) => request(tables.get(name)?.set(key, value)),
      }),
    }),
    close: () => void open--,
  }
  return {
    open: () => {
      open++
      return request(database)
    },
    connections: () => open,
  }
}

test('IndexedDB has nothing at first, then what was saved, and is closed again', async () => {
  const indexedDB = fakeIndexedDb()
  vi.stubGlobal('indexedDB', indexedDB)
  const store = browserStore()
  expect(store?.place).toMatch(/^IndexedDB/)
  expect(await store?.load()).toBeNull()
  await store?.save('text')
  expect(await browserStore()?.load()).toBe('text')
  expect(indexedDB.connections()).toBe(0)
})

test('IndexedDB that refuses is an error of the store, not of the page', async () => {
  vi.stubGlobal('indexedDB', { open: () => request(null, new Error('QuotaExceededError')) })
  await expect(browserStore()?.load()).rejects.toThrow('QuotaExceededError')
})

test('localStorage stands in where there is no IndexedDB', () => {
  const kept = new Map<string, string>()
  vi.stubGlobal('indexedDB', undefined)
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  })
  const store = browserStore()
  expect(store?.load()).toBeNull()
  void store?.save('text')
  expect(store?.load()).toBe('text')
  expect(store?.place).toMatch(/^localStorage/)
})

test('a page that may keep nothing has no store', () => {
  vi.stubGlobal('indexedDB', undefined)
  vi.stubGlobal('localStorage', undefined)
  expect(browserStore()).toBeNull()
  Object.defineProperty(globalThis, 'indexedDB', {
    configurable: true,
    get() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    },
  })
  expect(browserStore()).toBeNull()
  Object.defineProperty(globalThis, 'indexedDB', { configurable: true, value: undefined })
})
