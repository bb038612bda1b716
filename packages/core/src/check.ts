/**
 * Checks on what users pass in, shared by every file that validates. Each throws one RopeError
 * that names the field, says what was given and what is accepted.
 */
import { RopeError, type RopeErrorCode } from './errors.js'
import { kindOf, lengthOf } from './memory.js'

/** Longest text shown in full; what users pass in may be megabytes long. */
const LONGEST_TEXT = 80

/** A short rendering of any value for a message; lists within lists by their length only. */
export function show(value: unknown, nested = false): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value) && nested) return `a list of ${value.length}`
  if (Array.isArray(value)) {
    const items = value.slice(0, 8).map((item) => show(item, true))
    return `[${items.join(', ')}${value.length > 8 ? ', ...' : ''}]`
  }
  if (ArrayBuffer.isView(value)) return kindOf(value) ?? 'DataView'
  if (typeof value === 'object' && value !== null)
    return `an object with keys ${Object.keys(value).slice(0, 8).map(shorten).join(', ') || '(none)'}`
  return typeof value === 'function' ? 'a function' : String(value)
}

function shorten(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 3)}...`
}

/** Throws an error for `field`: "field is <given>; accepted: <accepted>". */
export function reject(
  code: RopeErrorCode,
  field: string,
  given: unknown,
  accepted: string,
): never {
  throw new RopeError(code, `${field} is ${show(given)}; accepted: ${accepted}`, { field })
}

/** True for an object that is neither null nor an array nor a typed array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  )
}

/** A plain options object, or INVALID_OPTION. */
export function checkRecord(
  value: unknown,
  field: string,
  accepted: string,
): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : reject('INVALID_OPTION', field, value, accepted)
}

/** A finite number above zero, or INVALID_OPTION. */
export function checkPositive(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  return reject('INVALID_OPTION', field, value, 'a finite number above 0')
}

/** A finite number of at least `low`, or INVALID_OPTION. */
export function checkAtLeast(value: unknown, field: string, low: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= low) return value
  return reject('INVALID_OPTION', field, value, `a finite number of at least ${low}`)
}

/** An integer within [low, high], or INVALID_OPTION. */
export function checkInteger(value: unknown, field: string, low: number, high: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high)
    return value
  return reject('INVALID_OPTION', field, value, `an integer from ${low} to ${high}`)
}

/** How many items a list has, be it an array or a typed array; undefined for what is no list. */
export function itemsOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  return kindOf(value) === undefined ? undefined : lengthOf(value as ArrayBufferView)
}

/** A copy of a list of finite numbers of the given length, or INVALID_OPTION. */
export function checkNumbers(value: unknown, field: string, length: number): readonly number[] {
  const given = itemsOf(value)
  if (given === undefined)
    return reject('INVALID_OPTION', field, value, `a list of ${length} numbers`)
  if (given !== length)
    reject('INVALID_OPTION', `${field}.length`, given, `${length}, one per pair`)
  const numbers = Array.from({ length }, (_, index) => (value as ArrayLike<unknown>)[index])
  numbers.forEach((number, index) => {
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      reject('INVALID_OPTION', `${field}[${index}]`, number, 'a finite number')
    }
  })
  return numbers as readonly number[]
}

/** One of a list of words, or the given kind of error. */
export function checkWord<Word extends string>(
  value: unknown,
  field: string,
  words: readonly Word[],
  code: RopeErrorCode = 'INVALID_OPTION',
): Word {
  if (words.includes(value as Word)) return value as Word
  return reject(code, field, value, words.map((word) => `'${word}'`).join(' or '))
}

/** Refuses keys that nobody reads: a misspelt option must not be ignored. */
export function checkKeys(
  options: Readonly<Record<string, unknown>>,
  field: string,
  known: readonly string[],
): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new RopeError(
        'INVALID_OPTION',
        `${field} has an unknown key ${show(key)}; accepted: ${known.join(', ')}`,
        {
          field: `${field}.${key}`,
        },
      )
    }
  }
}

/** Freezes a plain value and everything in it. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value
}
