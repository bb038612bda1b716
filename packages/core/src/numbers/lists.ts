/**
 * The one reader of lists that callers hand over: positions, token ids, masks, sizes, lengths. Lists
 * and typed arrays of any realm; every element is looked at, and what comes back is a copy in
 * doubles. A BigInt is a number like any other where a double holds it exactly, since int64 tensors
 * are BigInt throughout. Rows are read where a batch makes sense; any other nesting is refused.
 */
import { hasItems, isRecord, itemsOf, reading, reject, rejectBecause } from '../check.js'
import type { RopeErrorCode } from '../errors.js'
import { MOST_POSITIONS } from '../limits.js'

/** What may stand in a list. */
export interface ElementRules {
  /** The number that an element stands for; undefined refuses it. */
  readonly read: (value: unknown) => number | undefined
  /** What is accepted instead of a refused element. */
  readonly accepted: (value: unknown) => string
}

/** How a list is read, and how messages call it. */
export interface ListRules {
  readonly field: string
  readonly code: RopeErrorCode
  /** The list as a whole, such as `a list of numbers`. */
  readonly accepted: string
  readonly elements: ElementRules
  /** Most elements; 2^24 when absent. */
  readonly most?: number
}

/** A list that may have come as rows. */
export interface Rows {
  /** All elements, row after row. */
  readonly values: Float64Array
  /** How many rows there were; undefined for a flat list. */
  readonly rows: number | undefined
}

/** The number that a number or a BigInt stands for; undefined where a double would not hold it. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'bigint') return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}

/** Any finite number. */
export const FINITE: ElementRules = {
  read: (value) => {
    const number = toNumber(value)
    return number !== undefined && Number.isFinite(number) ? number : undefined
  },
  accepted: () => 'a finite number',
}

/** A whole number from `low` to `high`. */
export function wholeNumbers(low: number, high: number): ElementRules {
  return {
    read: (value) => {
      const number = toNumber(value)
      const fits = Number.isInteger(number) && (number as number) >= low
      return fits && (number as number) <= high ? number : undefined
    },
    accepted: () => `an integer from ${low} to ${high}`,
  }
}

/**
 * A whole number from `low` to `high`, be it a number or a BigInt.
 *
 * @throws RopeError of the given kind
 */
export function readWhole(
  value: unknown,
  field: string,
  low: number,
  high: number,
  code: RopeErrorCode = 'INVALID_OPTION',
): number {
  const { read, accepted } = wholeNumbers(low, high)
  return read(value) ?? reject(code, field, value, accepted(value))
}

/** How many of something to make, be it a number or a BigInt, or INVALID_OPTION. */
export function readCount(value: unknown, field: string, low = 0): number {
  return readWhole(value, field, low, MOST_POSITIONS)
}

/**
 * A finite number, be it a number or a BigInt.
 *
 * @throws RopeError INVALID_OPTION
 */
export function readFinite(value: unknown, field: string): number {
  return FINITE.read(value) ?? reject('INVALID_OPTION', field, value, FINITE.accepted(value))
}

/**
 * A flat list.
 *
 * @throws RopeError of the rules' kind, naming the element
 */
export function readList(value: unknown, rules: ListRules): Float64Array {
  const refuse = (): never => refuseList(value, rules)
  return reading(() => copyList(value, rules) ?? refuse(), refuse)
}

/** A flat list of finite numbers, or the given kind of error. */
export function readNumbers(
  value: unknown,
  field: string,
  code: RopeErrorCode = 'INVALID_OPTION',
): Float64Array {
  return readList(value, { field, code, accepted: 'a list of numbers', elements: FINITE })
}

/** The same as a plain list of the given length, as configs hold them, or INVALID_OPTION. */
export function checkNumbers(value: unknown, field: string, length: number): readonly number[] {
  const accepted = `a list of ${length} numbers`
  const list = readList(value, { field, code: 'INVALID_OPTION', accepted, elements: FINITE })
  if (list.length === length) return [...list]
  return reject('INVALID_OPTION', `${field}.length`, list.length, `${length}, one per pair`)
}

/** The same of any length. */
export function checkAnyNumbers(value: unknown, field: string): readonly number[] {
  return [...readNumbers(value, field)]
}

/**
 * A batch: a flat list, or one list per row, all of one length.
 *
 * @throws RopeError of the rules' kind, naming the row or the element
 */
export function readRows(value: unknown, rules: ListRules): Rows {
  const refuse = (): never => refuseList(value, rules)
  return reading(() => {
    if (!isNested(value)) return { values: readList(value, rules), rows: undefined }
    return copyRows(value, rules)
  }, refuse)
}

/**
 * How many rows a batch has: as many as came, or as many as are stated beside a flat list.
 *
 * @param stated undefined where nothing was said
 * @throws RopeError INVALID_OPTION when the two contradict each other
 */
export function rowsOf({ rows }: Rows, field: string, stated: unknown): number | undefined {
  const batch = stated === undefined ? undefined : readCount(stated, 'batch', 1)
  if (rows === undefined || batch === undefined || rows === batch) return rows ?? batch
  return reject('INVALID_OPTION', 'batch', stated, `${rows}, since ${field} has so many rows`)
}

/** True for a list whose first entry is one. */
export function isNested(value: unknown): value is ArrayLike<unknown> {
  if (!hasItems(value)) return false
  return reading(
    () => hasItems((value as ArrayLike<unknown>)[0]),
    () => false,
  )
}

function copyList(value: unknown, rules: ListRules): Float64Array | undefined {
  const count = itemsOf(value)
  if (count === undefined) return undefined
  const list = value as ArrayLike<unknown>
  checkLength(count, rules)
  // A list may say that it is longer than it is: it is walked before memory of its length is taken.
  if (Array.isArray(value)) for (let i = 0; i < count; i++) readElement(list[i], i, rules)
  const numbers = new Float64Array(count)
  for (let i = 0; i < count; i++) numbers[i] = readElement(list[i], i, rules)
  return numbers
}

function checkLength(count: number, { field, code, most = MOST_POSITIONS }: ListRules): void {
  if (count > most) reject(code, `${field}.length`, count, `at most ${most}`)
}

function readElement(value: unknown, index: number, rules: ListRules): number {
  return rules.elements.read(value) ?? refuseElement(value, index, rules)
}

function refuseElement(value: unknown, index: number, rules: ListRules): never {
  const { code, elements } = rules
  const field = `${rules.field}[${index}]`
  if (isTensor(value)) refuseList(value, { ...rules, field, accepted: elements.accepted(value) })
  const advice = !hasItems(value)
    ? ''
    : `; nest no deeper: ${rules.field}.flat() is the list in one piece`
  return reject(code, field, value, `${elements.accepted(value)}${advice}`)
}

function copyRows(list: ArrayLike<unknown>, rules: ListRules): Rows {
  const count = itemsOf(list) as number
  const width = itemsOf(list[0]) as number
  checkLength(count * Math.max(1, width), rules)
  const lists: Float64Array[] = []
  for (let row = 0; row < count; row++) lists.push(copyRow(list[row], row, width, rules))
  const values = new Float64Array(count * width)
  lists.forEach((numbers, row) => {
    values.set(numbers, row * width)
  })
  return { values, rows: count }
}

function copyRow(value: unknown, row: number, width: number, rules: ListRules): Float64Array {
  const field = `${rules.field}[${row}]`
  const numbers = readList(value, { ...rules, field, accepted: 'a row, as the one before it' })
  if (numbers.length === width) return numbers
  const accepted = `${width}, as ${rules.field}[0] has: pad the rows to one length`
  return reject(rules.code, `${field}.length`, numbers.length, accepted)
}

/** True for a tensor of another library: its numbers and its sizes in one object. */
export function isTensor(value: unknown): boolean {
  return (
    isRecord(value) &&
    reading(
      () => hasItems(value.data) && hasItems(value.dims ?? value.shape),
      () => false,
    )
  )
}

/** Refuses what is no list at all; of a tensor, it says what to give instead. */
export function refuseList(value: unknown, { field, code, accepted }: ListRules): never {
  if (!isTensor(value)) return reject(code, field, value, accepted)
  return rejectBecause(
    code,
    field,
    `is a tensor of another library; give its numbers, ${field}.data or ${field}.tolist(); accepted: ${accepted}`,
  )
}
