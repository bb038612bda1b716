/**
 * One dictionary of RoPE parameters, from whichever spelling a config.json uses: legacy
 * (`rope_theta` beside `rope_scaling`) or version 5 (everything in `rope_parameters`). Strict:
 * two spellings of one thing may both be there only if they agree.
 */
import { isRecord, show } from '../../check.js'
import { RopeError } from '../../errors.js'

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>

/** Throws INVALID_CONFIG for a key of config.json. */
export function failConfig(field: string, message: string): never {
  throw new RopeError('INVALID_CONFIG', `config.json: ${field} ${message}`, { field })
}

/** Deeper than any RoPE parameter; a bound so that a hostile config cannot exhaust the stack. */
const DEEPEST = 8

function sameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true
  const comparable = (Array.isArray(a) && Array.isArray(b)) || (isRecord(a) && isRecord(b))
  if (!comparable || depth === DEEPEST) return false
  const [left, right] = [a as Json, b as Json]
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...keys].every((key) => sameJson(left[key], right[key], depth + 1))
}

/** The one value behind several spellings; undefined when there is none. */
export function agree(candidates: readonly (readonly [field: string, value: unknown])[]): unknown {
  const given = candidates.filter(([, value]) => value !== undefined && value !== null)
  const [first, ...others] = given
  if (first === undefined) return undefined
  for (const [field, value] of others) {
    if (!sameJson(first[1], value)) {
      failConfig(
        field,
        `is ${show(value)}, but ${first[0]} is ${show(first[1])}; keep one of the two`,
      )
    }
  }
  return first[1]
}

/** A number in (low, infinity), or undefined when absent. */
export function readPositive(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  return failConfig(field, `is ${show(value)}; accepted: a finite number above 0`)
}

/** A whole number of at least 1, or undefined when absent. */
export function readCount(value: unknown, field: string): number | undefined {
  const number = readPositive(value, field)
  if (number === undefined || Number.isSafeInteger(number)) return number
  return failConfig(field, `is ${show(value)}; accepted: a whole number above 0`)
}

/** A boolean, or undefined when absent. */
export function readFlag(value: unknown, field: string): boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  return failConfig(field, `is ${show(value)}; accepted: true or false`)
}

/** An object, or undefined when absent or null. */
export function readDictionary(value: unknown, field: string): Json | undefined {
  if (value === undefined || value === null) return undefined
  return isRecord(value)
    ? value
    : failConfig(field, `is ${show(value)}; accepted: an object or null`)
}

/** A dictionary whose every value is itself a dictionary or null belongs to layer types. */
export function isPerLayer(dictionary: Json): boolean {
  const values = Object.values(dictionary)
  return (
    values.length > 0 &&
    values.every((value) => value === null || isRecord(value)) &&
    values.some(isRecord)
  )
}

/** What both spellings say, they must say alike; the newer one may say more. */
export function checkSpellings(legacy: Json, current: Json): void {
  if (isPerLayer(current) !== isPerLayer(legacy)) {
    const form = (dictionary: Json): string => (isPerLayer(dictionary) ? 'by layer type' : 'flat')
    contradict('', `rope_scaling is ${form(legacy)}, rope_parameters is ${form(current)}`)
  }
  checkKeys(legacy, current, '')
}

function checkKeys(legacy: Json, current: Json, path: string): void {
  for (const [key, old] of Object.entries(legacy)) {
    const renamed = key === 'type' ? (current.type ?? current.rope_type) : current[key]
    const place = `${path}.${key}`
    const here = `rope_parameters${place}`
    if (path === '' && isRecord(old) && isRecord(renamed)) checkKeys(old, renamed, place)
    else if (renamed === undefined) {
      contradict(place, `rope_scaling${place} is ${show(old)}, rope_parameters has no ${key}`)
    } else if (old !== null && renamed !== null && !sameJson(old, renamed)) {
      contradict(place, `rope_scaling${place} is ${show(old)}, ${here} is ${show(renamed)}`)
    }
  }
}

function contradict(place: string, values: string): never {
  throw new RopeError(
    'INVALID_CONFIG',
    `config.json: rope_scaling and rope_parameters contradict each other: ${values}; keep one of the two`,
    { field: `rope_scaling${place}` },
  )
}
