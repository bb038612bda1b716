/**
 * Checks on what users pass in, shared by every file that validates. Each throws one RopeError
 * that names the field, says what was given and what is accepted.
 *
 * Records and lists come back as copies: an object is read once, here, where whatever its getters
 * throw becomes a refusal, and what was checked is what is used.
 */
import { RopeError, type RopeErrorCode } from './errors.js'
import { MOST_POSITIONS } from './limits.js'
import { bufferOf, byteOffsetOf, kindOf, lengthOf } from './memory.js'

/** Longest text shown in full; what users pass in may be megabytes long. */
const LONGEST_TEXT = 80

/**
 * What reading a caller's object gives. Getters and proxies may throw anything, and a revoked proxy
 * throws at every touch: then `otherwise` is the answer.
 */
export function reading<Value, Otherwise>(
  read: () => Value,
  otherwise: () => Otherwise,
): Value | Otherwise {
  try {
    return read()
  } catch (error) {
    if (RopeError.isInstance(error)) throw error
    return otherwise()
  }
}

/** True for a list of this realm or another. */
export function isList(value: unknown): value is readonly unknown[] {
  return reading(
    () => Array.isArray(value),
    () => false,
  )
}

/**
 * True for what `await` waits for. Where something else is wanted, an `await` was forgotten.
 */
function isPromise(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return reading(
    () => typeof (value as { readonly then?: unknown }).then === 'function',
    () => false,
  )
}

/** A name with its article: `a Float32Array`, `an Int8Array`. */
function withArticle(name: string): string {
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`
}

/** A short rendering of any value for a message; lists within lists by their length only. */
export function show(value: unknown, nested = false): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  if (typeof value === 'bigint') return shorten(`${value}n`)
  if (typeof value === 'symbol') return shorten(String(value))
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return reading(
    () => showObject(value, nested),
    () => 'an object that cannot be read',
  )
}

function showObject(value: object, nested: boolean): string {
  if (ArrayBuffer.isView(value)) return withArticle(kindOf(value) ?? 'DataView')
  if (isPromise(value)) return 'a Promise: await it'
  if (!Array.isArray(value)) {
    const keys = Object.keys(value).slice(0, 8).map(shorten)
    return keys.length === 0 ? withoutKeys(value) : `an object with keys ${keys.join(', ')}`
  }
  if (nested) return `a list of ${value.length}`
  const items = Array.from({ length: Math.min(8, value.length) }, (_, i) => show(value[i], true))
  return `[${items.join(', ')}${value.length > 8 ? ', ...' : ''}]`
}

/** The name that the language has for the kind of an object; empty where it cannot be read. */
export function tagOf(value: unknown): string {
  return reading(
    () => Object.prototype.toString.call(value).slice(8, -1),
    () => '',
  )
}

/** What the language calls an object that has nothing of its own: a Map, an ArrayBuffer, a GPUBuffer. */
function withoutKeys(value: object): string {
  const tag = tagOf(value)
  return tag === 'Object' ? 'an object with keys (none)' : withArticle(shorten(tag))
}

/** A text of bounded length for a message. */
export function shorten(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 3)}...`
}

/** Throws an error for `field`: "field is <given>; accepted: <accepted>". */
export function reject(
  code: RopeErrorCode,
  field: string,
  given: unknown,
  accepted: string,
): never {
  const what = given === undefined ? 'missing' : show(given)
  throw new RopeError(code, `${field} is ${what}; accepted: ${accepted}`, { field })
}

/** Throws an error for `field` where a sentence says more: "field <problem>". */
export function rejectBecause(code: RopeErrorCode, field: string, problem: string): never {
  throw new RopeError(code, `${field} ${problem}`, { field })
}

/** True for an object that is neither null nor an array nor a typed array, nor one to wait for. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  return !isList(value) && !ArrayBuffer.isView(value) && !isPromise(value)
}

/** A copy of a plain options object, each of its fields read once, or INVALID_OPTION. */
export function checkRecord(
  value: unknown,
  field: string,
  accepted: string,
  code: RopeErrorCode = 'INVALID_OPTION',
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return reject(code, field, value, accepted)
  return reading(
    () => ({ ...value }),
    () => reject(code, field, value, accepted),
  )
}

/** The named fields of an object, own or inherited, each read once; or the given kind of error. */
export function checkFields<Key extends string>(
  value: unknown,
  field: string,
  keys: readonly Key[],
  accepted: string,
  code: RopeErrorCode = 'INVALID_OPTION',
): Readonly<Record<Key, unknown>> {
  const refuse = (): never => reject(code, field, value, accepted)
  if (!isRecord(value)) return refuse()
  return reading(
    () => Object.fromEntries(keys.map((key) => [key, value[key]])) as Record<Key, unknown>,
    refuse,
  )
}

/** Deeper than anything in a model's file that is read. */
const DEEPEST = 16

/**
 * A copy of a document made of plain objects, lists and scalars, such as a parsed JSON file: every
 * field is read once, here. What is deeper than any document that is read stays as it is.
 *
 * @throws RopeError of the given kind when reading it throws
 */
export function readDocument(value: unknown, field: string, code: RopeErrorCode): unknown {
  if (isPromise(value)) return reject(code, field, value, 'plain objects, lists and scalars')
  const copies = new Map<object, unknown>()
  const copy = (part: unknown, depth: number): unknown => {
    if (typeof part !== 'object' || part === null || depth > DEEPEST) return part
    if (ArrayBuffer.isView(part)) return part
    if (copies.has(part)) return copies.get(part)
    return Array.isArray(part) ? copyList(part, depth) : copyRecord(part, depth)
  }
  const copyList = (part: readonly unknown[], depth: number): unknown => {
    if (part.length > MOST_POSITIONS) throw new RangeError('a list too long')
    const own: unknown[] = []
    copies.set(part, own)
    for (let i = 0; i < part.length; i++) own.push(copy(part[i], depth + 1))
    return own
  }
  const copyRecord = (part: object, depth: number): unknown => {
    const own: Record<string, unknown> = {}
    copies.set(part, own)
    for (const key of Object.keys(part)) {
      const entry = copy((part as Readonly<Record<string, unknown>>)[key], depth + 1)
      // As JSON.parse does it: a key named __proto__ is a key like any other.
      if (key === '__proto__') Object.defineProperty(own, key, { value: entry, ...PLAIN })
      else own[key] = entry
    }
    return own
  }
  return reading(
    () => copy(value, 0),
    () => reject(code, field, value, 'plain objects, lists and scalars'),
  )
}

const PLAIN = { enumerable: true, configurable: true, writable: true } as const

/** A copy of a list or typed array of at most `most` entries, or the given kind of error. */
export function checkList(
  value: unknown,
  field: string,
  accepted: string,
  code: RopeErrorCode = 'INVALID_OPTION',
  most: number = MOST_POSITIONS,
): readonly unknown[] {
  const refuse = (): never => reject(code, field, value, accepted)
  const length = reading(() => itemsOf(value), refuse) ?? refuse()
  if (length > most) reject(code, `${field}.length`, length, `at most ${most}`)
  const list = value as ArrayLike<unknown>
  return reading(() => Array.from({ length }, (_, i) => list[i]), refuse)
}

/** The typed arrays by the name of their kind. */
interface Arrays {
  readonly Int8Array: Int8Array
  readonly Uint8Array: Uint8Array
  readonly Uint8ClampedArray: Uint8ClampedArray
  readonly Int16Array: Int16Array
  readonly Uint16Array: Uint16Array
  readonly Int32Array: Int32Array
  readonly Uint32Array: Uint32Array
  readonly Float32Array: Float32Array
  readonly Float64Array: Float64Array
  readonly BigInt64Array: BigInt64Array
  readonly BigUint64Array: BigUint64Array
}

const ARRAYS: { readonly [Kind in keyof Arrays]: unknown } = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}
type PlainKind = keyof Arrays

/**
 * A typed array of one of the kinds, or the given kind of error: a plain one over the same memory,
 * whose length and methods are the language's own. It is empty where the memory is gone.
 */
export function checkTypedArray<Kind extends PlainKind>(
  value: unknown,
  field: string,
  kinds: readonly Kind[],
  code: RopeErrorCode = 'INVALID_OPTION',
): Arrays[Kind] {
  const kind = kindOf(value)
  if (kind === undefined || !kinds.includes(kind as Kind)) {
    return reject(code, field, value, kinds.join(' or '))
  }
  const array = value as ArrayBufferView
  const ArrayType = ARRAYS[kind as Kind] as unknown as new (
    ...given: readonly unknown[]
  ) => Arrays[Kind]
  const length = lengthOf(array)
  return length === 0
    ? new ArrayType(0)
    : new ArrayType(bufferOf(array), byteOffsetOf(array), length)
}

/** What a function of the caller's gives; what it throws is the cause of a refusal. */
export function callBack<Value>(field: string, call: () => Value): Value {
  try {
    return call()
  } catch (cause) {
    throw new RopeError(
      'INVALID_OPTION',
      `${field} threw an error; accepted: a function that returns`,
      {
        field,
        cause,
      },
    )
  }
}

/** A function, or INVALID_OPTION. */
export function checkFunction(value: unknown, field: string): void {
  if (typeof value !== 'function') reject('INVALID_OPTION', field, value, 'a function')
}

/** A boolean, or INVALID_OPTION. */
export function checkFlag(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value
  return reject('INVALID_OPTION', field, value, 'true or false')
}

/** Any number at all, or INVALID_OPTION. */
export function checkNumber(value: unknown, field: string): number {
  return typeof value === 'number' ? value : reject('INVALID_OPTION', field, value, 'a number')
}

/** A finite number, or INVALID_OPTION. */
export function checkFinite(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return reject('INVALID_OPTION', field, value, 'a finite number')
}

/** How many of something to make, or INVALID_OPTION. */
export function checkCount(value: unknown, field: string, low = 0): number {
  return checkInteger(value, field, low, MOST_POSITIONS)
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

/** True for a list or typed array, whose items are there to be read. */
export function hasItems(value: unknown): boolean {
  return isList(value) || kindOf(value) !== undefined
}

/** How many items a list has, be it an array or a typed array; undefined for what is no list. */
export function itemsOf(value: unknown): number | undefined {
  if (isList(value)) return value.length
  return kindOf(value) === undefined ? undefined : lengthOf(value as ArrayBufferView)
}

/** One of a list of words, or the given kind of error. */
export function checkWord<Word extends string>(
  value: unknown,
  field: string,
  words: readonly Word[],
  code: RopeErrorCode = 'INVALID_OPTION',
): Word {
  if (words.includes(value as Word)) return value as Word
  const near = typeof value === 'string' ? nearest(value, words) : undefined
  return reject(code, field, value, words.map((word) => `'${word}'`).join(' or ') + meant(near))
}

/** The question at the end of a message, where there is an answer to it. */
export function meant(word: string | undefined): string {
  return word === undefined ? '' : ` (did you mean '${word}'?)`
}

/** Refuses an argument after the last one that is read. */
export function refuseExtra(extra: unknown): void {
  if (extra === undefined) return
  rejectBecause('INVALID_OPTION', 'arguments', `end with one that is not read: ${show(extra)}`)
}

/** The word that a misspelt one is closest to: at most two letters off, and fewer than half of them. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const given = word.slice(0, LONGEST_TEXT).toLowerCase()
  const near = words
    .map((known) => ({ known, off: distance(given, known.toLowerCase()) }))
    .filter(({ known, off }) => off <= 2 && 2 * off < known.length)
  return near.sort((a, b) => a.off - b.off)[0]?.known
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
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
        `${field} has an unknown key ${show(key)}; accepted: ${known.join(', ')}${meant(nearest(key, known))}`,
        {
          field: `${field}.${shorten(key)}`,
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
