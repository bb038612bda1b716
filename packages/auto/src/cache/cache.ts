/**
 * The cache of calibrations: a store, a key, and a debug line for whatever had to be ignored.
 * A cache is a hint: nothing that happens to it is ever an error.
 */
import type { Calibration } from '../costs.js'
import { messageOf } from '../messages.js'
import type { Debug } from '../platform/debug.js'
import { withLimit } from '../platform/timers.js'
import { browserStore } from './browser-store.js'
import { fileStore } from './file-store.js'
import { readText, writeText } from './format.js'
import type { CalibrationStore } from './store.js'

/** Where to keep calibrations: a folder, a store of the caller's, or nowhere. */
export type CacheOption = string | CalibrationStore | false

/** Milliseconds until a store that does not answer is left alone. */
const LIMIT = 500

/** Calibrations of one key. */
export interface Cache {
  load(): Promise<Calibration | null>
  /** Saves behind the caller's back; what fails is only noted. */
  save(costs: Calibration): void
}

function storeOf(option: CacheOption | undefined): CalibrationStore | null {
  if (option === false) return null
  if (typeof option === 'object') return option
  return fileStore(option) ?? (option === undefined ? browserStore() : null)
}

/**
 * Opens the cache.
 *
 * @param key machine, versions and features: an entry of any other key is none
 * @param now milliseconds since 1970
 */
export function openCache(
  option: CacheOption | undefined,
  key: string,
  now: () => number,
  debug: Debug,
): Cache {
  const store = storeOf(option)
  const ignore = (why: string): void =>
    debug(`ignored the calibration cache ${store?.place}: ${why}`)
  return {
    async load() {
      if (store === null) return null
      try {
        const text = await withLimit(Promise.resolve(store.load()), LIMIT)
        const { costs, ignored } = readText(text, key, now())
        if (ignored !== null) ignore(ignored)
        return costs
      } catch (error) {
        ignore(`it cannot be read: ${messageOf(error)}`)
        return null
      }
    },
    save(costs) {
      if (store === null) return
      const fail = (error: unknown): void => ignore(`it cannot be written: ${messageOf(error)}`)
      try {
        void save(store, key, costs, now(), ignore)?.catch(fail)
      } catch (error) {
        fail(error)
      }
    },
  }
}

/** At once where the store answers at once, so that a program that ends right away has saved. */
function save(
  store: CalibrationStore,
  key: string,
  costs: Calibration,
  now: number,
  ignore: (why: string) => void,
): Promise<void> | undefined {
  const write = (text: string | null): void | Promise<void> => {
    const next = writeText(text, key, costs, now)
    if (next !== null) return store.save(next)
    ignore('it belongs to a newer version and is left as it is')
  }
  const text = loadOr(store)
  if (text instanceof Promise) return text.then(write)
  const pending = write(text)
  return pending instanceof Promise ? pending : undefined
}

/** What is unreadable is written over. */
function loadOr(store: CalibrationStore): string | null | Promise<string | null> {
  try {
    const text = store.load()
    return text instanceof Promise ? text.catch(() => null) : text
  } catch {
    return null
  }
}
