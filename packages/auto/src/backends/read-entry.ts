/**
 * Entries that a caller makes, read once and checked: whatever else they are becomes a refusal.
 */
import { checkFields, checkInteger, reject } from '@rope/core/backend'
import type { BackendEntry } from './entry.js'

const ENTRY = '{ name, packageName, device, load }'
const KEYS = ['name', 'packageName', 'device', 'needs', 'validatesFirst', 'load'] as const

/** More characters than names on npm have. */
const LONGEST_NAME = 214

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME
}

/** More milliseconds than a timer can wait. */
const LONGEST_LIMIT = 2 ** 31 - 1

/**
 * An entry with its fields read.
 *
 * @throws RopeError INVALID_OPTION naming the field
 */
export function readEntry(value: unknown, field: string): BackendEntry {
  const entry = checkFields(value, field, KEYS, ENTRY)
  const { name, packageName, device, needs, validatesFirst, load } = entry
  const refuse = (key: (typeof KEYS)[number], accepted: string): never =>
    reject('INVALID_OPTION', `${field}.${key}`, entry[key], accepted)
  if (!isName(name)) return refuse('name', 'a word')
  if (!isName(packageName)) return refuse('packageName', 'the name of a package')
  if (device !== 'cpu' && device !== 'gpu') return refuse('device', "'cpu' or 'gpu'")
  if (needs !== undefined && needs !== 'node') return refuse('needs', "'node', or nothing")
  if (validatesFirst !== undefined && typeof validatesFirst !== 'boolean') {
    return refuse('validatesFirst', 'true or false')
  }
  if (typeof load !== 'function') return refuse('load', 'a function')
  // Called as the method that it is.
  const own = async (): ReturnType<BackendEntry['load']> => Reflect.apply(load, value, [])
  return { name, packageName, device, needs, validatesFirst, load: own }
}

/**
 * A list of entries, each with its fields read.
 *
 * @throws RopeError INVALID_OPTION naming the field
 */
export function readEntries(value: unknown, field: string): readonly BackendEntry[] {
  const items = itemsOf(value)
  if (items === null || items.length === 0) {
    return reject('INVALID_OPTION', field, value, `a list of backend entries ${ENTRY}`)
  }
  return items.map((item, i) => readEntry(item, `${field}[${i}]`))
}

/** More backends than anybody has. */
const MOST = 1000

/** A copy of a list; null for anything else, and for a list that cannot be read. */
function itemsOf(value: unknown): readonly unknown[] | null {
  try {
    return Array.isArray(value) && value.length <= MOST ? Array.from(value) : null
  } catch {
    return null
  }
}

/** Milliseconds to wait for a backend. */
export function checkLimit(value: unknown, field: string): number {
  return checkInteger(value, field, 1, LONGEST_LIMIT)
}
