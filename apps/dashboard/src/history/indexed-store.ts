/**
 * The history in IndexedDB. What is read from it is checked like any file: an older page, or an
 * extension, may have written it.
 */
import { type IDBPDatabase, openDB } from 'idb'
import { readResult } from '../results/read-result.js'
import type { KeptRun, RunStore } from './history.js'

const DATABASE = 'rope-dashboard'
const VERSION = 1
const STORE = 'runs'

/** The history of this page's origin. */
export function indexedStore(): RunStore {
  let opened: Promise<IDBPDatabase> | undefined
  const open = (): Promise<IDBPDatabase> => {
    opened ??= openDB(DATABASE, VERSION, {
      upgrade: (database) => void database.createObjectStore(STORE, { keyPath: 'id' }),
    })
    return opened
  }
  return {
    async load() {
      const rows = (await (await open()).getAll(STORE)) as readonly KeptRun[]
      return rows.filter(({ result }) => readResult(result).problem === null)
    },
    async put(run) {
      await (await open()).put(STORE, run)
    },
    async remove(id) {
      await (await open()).delete(STORE, id)
    },
  }
}
