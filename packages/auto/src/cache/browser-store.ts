/**
 * Calibrations in a browser: IndexedDB, which pages and workers have; localStorage where it is missing.
 */
import type { CalibrationStore } from './store.js'

interface Request<Result> {
  readonly result: Result
  readonly error: unknown
  onsuccess: (() => void) | null
  onerror: (() => void) | null
}

interface ObjectStore {
  get(key: string): Request<unknown>
  put(value: unknown, key: string): Request<unknown>
}

interface Database {
  createObjectStore(name: string): unknown
  transaction(
    name: string,
    mode: 'readonly' | 'readwrite',
  ): { objectStore(name: string): ObjectStore }
  close(): void
}

interface OpenRequest extends Request<Database> {
  onupgradeneeded: (() => void) | null
  onblocked: (() => void) | null
}

interface BrowserGlobals {
  readonly indexedDB?: { open(name: string, version: number): OpenRequest }
  readonly localStorage?: {
    getItem(key: string): string | null
    setItem(key: string, value: string): void
  }
}

const DATABASE = 'rope'
const TABLE = 'calibration'
const KEY = 'calibration'

function settled<Result>(request: Request<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function withTable<Result>(
  factory: NonNullable<BrowserGlobals['indexedDB']>,
  mode: 'readonly' | 'readwrite',
  use: (table: ObjectStore) => Request<Result>,
): Promise<Result> {
  const opening = factory.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE)
  const database = await settled(opening)
  try {
    return await settled(use(database.transaction(TABLE, mode).objectStore(TABLE)))
  } finally {
    database.close()
  }
}

/** A store of the browser; null where there is none, or it may not be used. */
export function browserStore(): CalibrationStore | null {
  try {
    // Reading either property throws in a page that may not keep anything.
    const { indexedDB, localStorage } = globalThis as unknown as BrowserGlobals
    if (indexedDB !== undefined) return indexedStore(indexedDB)
    return localStorage === undefined ? null : localStore(localStorage)
  } catch {
    return null
  }
}

function indexedStore(factory: NonNullable<BrowserGlobals['indexedDB']>): CalibrationStore {
  return {
    place: `IndexedDB ${DATABASE}/${TABLE}`,
    async load() {
      const found = await withTable(factory, 'readonly', (table) => table.get(KEY))
      return typeof found === 'string' ? found : null
    },
    async save(text) {
      await withTable(factory, 'readwrite', (table) => table.put(text, KEY))
    },
  }
}

function localStore(storage: NonNullable<BrowserGlobals['localStorage']>): CalibrationStore {
  const name = `${DATABASE}.${TABLE}`
  return {
    place: `localStorage ${name}`,
    load: () => storage.getItem(name),
    save: (text) => storage.setItem(name, text),
  }
}
