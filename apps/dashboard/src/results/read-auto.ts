/**
 * Results of `rope bench --auto` from outside, checked against the published schema
 * (`@rope/bench/schema/auto.schema.json`, whose twin this is; a test keeps the two together).
 */
import { AUTO_RESULT_VERSION, type AutoResult } from '@rope/bench/auto'
import * as v from 'valibot'
import { aboutTheRun, entry, list, number, optionalText, positive, text } from './schema.js'

const maybe = v.nullable(number)
const ratio = v.nullable(positive)

/** A number, or a reason why there is none. */
function numbersOrReason(
  measured: number | null,
  others: readonly (number | null)[],
  reason: string | null,
): boolean {
  return measured === null ? reason !== null : !others.includes(null) && reason === null
}

const NUMBERS_OR_REASON = 'it has its numbers, or a reason why there are none'

const cell = v.strictObject({
  ...{ id: text, title: text },
  tokens: v.pipe(v.number(), v.integer(), v.minValue(1)),
  dtype: v.picklist(['float64', 'float32', 'float16', 'bfloat16']),
  pairing: v.picklist(['half', 'interleaved']),
  memory: text,
  ...{ chosen: optionalText, best: optionalText },
  ...{ ratio, throughFrontDoor: ratio },
  entries: list(entry),
})

const overhead = v.pipe(
  v.strictObject({
    call: v.picklist(['bound', 'step', 'rotate', 'kernel']),
    ...{ title: text, winner: optionalText },
    ...{ microseconds: maybe, low: maybe, high: maybe },
    reason: optionalText,
  }),
  v.check(
    ({ microseconds, low, high, reason }) => numbersOrReason(microseconds, [low, high], reason),
    NUMBERS_OR_REASON,
  ),
)

const newPosition = v.pipe(
  v.strictObject({
    backend: v.picklist(['idle', 'idle, bindDecode', 'auto']),
    order: v.picklist(['consecutive', 'random']),
    ...{ rotate: maybe, bound: maybe, ratio, low: maybe, high: maybe },
    reason: optionalText,
  }),
  v.check(
    ({ ratio: measured, rotate, bound, reason }) =>
      numbersOrReason(measured, [rotate, bound], reason),
    NUMBERS_OR_REASON,
  ),
)

const result = v.strictObject({
  autoResultVersion: v.literal(AUTO_RESULT_VERSION),
  ...aboutTheRun,
  cells: list(cell),
  overhead: list(overhead),
  newPositions: list(newPosition),
})

/** A result, or what is wrong with what should have been one. */
export type ReadAuto =
  | { readonly result: AutoResult; readonly problem: null }
  | { readonly result: null; readonly problem: string }

/** Checks JSON text. */
export function readAutoText(json: string): ReadAuto {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { result: null, problem: 'it is not JSON' }
  }
  if (typeof value === 'object' && value !== null && 'resultVersion' in value) {
    return {
      result: null,
      problem: 'it is a result of rope bench without --auto; the view Compare takes it',
    }
  }
  const found = v.safeParse(result, value)
  if (found.success) return { result: found.output as AutoResult, problem: null }
  const [issue] = found.issues
  const place = v.getDotPath(issue) ?? 'the document'
  const what = issue.message.slice(0, 200)
  return { result: null, problem: `it is no result of rope bench --auto: ${place}: ${what}` }
}
