/**
 * Readers of what users pass in: texts, numbers, lists, records. Each reads a value once, where whatever
 * its getters throw becomes a refusal that names the field, and gives what it has checked: lists and
 * records as copies, so that what was checked is what is used.
 */
import { RopeError } from '@rope/core'
import { checkFields, checkInteger, checkKeys, checkRecord, reject } from '@rope/core/backend'

/**
 * The value, or a refusal.
 *
 * @throws RopeError INVALID_OPTION naming the field
 */
export type Reader<Value> = (value: unknown, field: string) => Value

/** A reader of each field. */
export type Readers<Value> = { readonly [Key in keyof Required<Value>]: Reader<Value[Key]> }

/** A value for which a condition holds; `accepted` says it in words. */
export function one<Value>(accepted: string, holds: (value: Value) => boolean): Reader<Value> {
  return (value, field) =>
    holds(value as Value) ? (value as Value) : reject('INVALID_OPTION', field, value, accepted)
}

/** Any text. */
export const text: Reader<string> = one('a text', (value) => typeof value === 'string')
/** Any number, those that are not finite included: a time of 0 has an infinite rate. */
export const number: Reader<number> = one('a number', (value) => typeof value === 'number')
/** True or false. */
export const flag: Reader<boolean> = one('true or false', (value) => typeof value === 'boolean')

/** A number from `low` to `high`. */
export function within(low: number, high: number): Reader<number> {
  return one(
    `a number from ${low} to ${high}`,
    (value) => typeof value === 'number' && value >= low && value <= high,
  )
}

/** An integer from `low` to `high`. */
export function whole(low: number, high: number): Reader<number> {
  return (value, field) => checkInteger(value, field, low, high)
}

/** One of these words. */
export function word<Word extends string>(...words: readonly Word[]): Reader<Word> {
  const accepted = words.map((known) => `'${known}'`).join(' or ')
  return one(accepted, (value) => words.includes(value))
}

/** Whatever it is: who uses it reads it. */
export function unread<Value>(): Reader<Value> {
  return (value) => value as Value
}

/** A function. */
export function callable<Callable extends (...given: never[]) => unknown>(): Reader<Callable> {
  return one('a function', (value) => typeof value === 'function')
}

/** What the reader reads, or null. */
export function orNull<Value>(read: Reader<Value>): Reader<Value | null> {
  return (value, field) => (value === null ? null : read(value, field))
}

/** What the reader reads, or nothing. */
export function maybe<Value>(read: Reader<Value>): Reader<Value | undefined> {
  return (value, field) => (value === undefined ? undefined : read(value, field))
}

/** More of anything than a run has. */
const MOST = 100_000

/** A list whose items the reader reads. */
export function list<Value>(read: Reader<Value>): Reader<readonly Value[]> {
  return (value, field) => {
    const items = itemsOf(value) ?? reject('INVALID_OPTION', field, value, 'a list')
    return items.map((item, i) => read(item, `${field}[${i}]`))
  }
}

/** A copy of a list; null for anything else, and for a list that cannot be read. */
function itemsOf(value: unknown): readonly unknown[] | null {
  try {
    return Array.isArray(value) && value.length <= MOST ? Array.from(value) : null
  } catch {
    return null
  }
}

/** An object whose values the reader reads, whatever its keys. */
export function byName<Value>(read: Reader<Value>): Reader<Readonly<Record<string, Value>>> {
  return (value, field) => {
    const given = Object.entries(checkRecord(value, field, 'an object'))
    return Object.fromEntries(given.map(([key, item]) => [key, read(item, `${field}.${key}`)]))
  }
}

/** An object that has these fields; whatever else it has is not looked at. */
export function record<Value extends object>(readers: Readers<Value>): Reader<Value> {
  const keys = keysOf(readers)
  return (value, field) => {
    const given = checkFields(value, field, keys, `{ ${keys.join(', ')} }`)
    const read = keys.map((key) => [key, readers[key](given[key], nameOf(field, key))] as const)
    return Object.fromEntries(read.filter(([, found]) => found !== undefined)) as Value
  }
}

/** An object that has these fields and no others: a misspelt one must not be ignored. */
export function exact<Value extends object>(readers: Readers<Value>): Reader<Value> {
  const keys = keysOf(readers)
  const read = record(readers)
  return (value, field) => {
    const given = checkRecord(value, field, `{ ${keys.join(', ')} }`)
    checkKeys(given, field, keys)
    return read(given, field)
  }
}

/** An option goes by its own name. */
function nameOf(field: string, key: string): string {
  return field === 'options' ? key : `${field}.${key}`
}

function keysOf<Value>(readers: Readers<Value>): readonly (keyof Value & string)[] {
  return Object.keys(readers) as (keyof Value & string)[]
}

/** An object that is used as it is, for these functions of it. */
export function having<Value extends object>(
  ...names: readonly (keyof Value & string)[]
): Reader<Value> {
  return one(`an object with ${names.map((name) => `${name}()`).join(', ')}`, (value) => {
    try {
      return names.every((name) => typeof value[name] === 'function')
    } catch {
      return false
    }
  })
}

/** Tells a function of the caller's; what it throws is the cause of a refusal. */
export function tell<Given>(
  listener: ((given: Given) => void) | undefined,
  field: string,
  given: Given,
): void {
  try {
    listener?.(given)
  } catch (cause) {
    const message = `${field} threw an error; accepted: a function that returns`
    throw new RopeError('INVALID_OPTION', message, { field, cause })
  }
}
