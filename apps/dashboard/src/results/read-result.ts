/**
 * Results from outside: files and links. Everything is checked against the published schema
 * (`@rope/bench/schema/result.schema.json`, whose twin this is; a test keeps the two together), and
 * against bounds, before anything of it is shown.
 */
import { type BenchResult, RESULT_VERSION } from '@rope/bench'
import * as v from 'valibot'
import { aboutTheRun, comparison, count, entry, list, optionalText, text } from './schema.js'

const result = v.strictObject({
  resultVersion: v.literal(RESULT_VERSION),
  ...aboutTheRun,
  conformance: v.exactOptional(
    list(
      v.strictObject({
        ...{ backend: text, suiteVersion: text, part: text },
        ...{ passed: count, failed: count, unsupported: count },
      }),
    ),
  ),
  peers: list(
    v.strictObject({
      ...{ name: text, version: optionalText, available: v.boolean() },
      ...{ reason: optionalText, method: optionalText },
    }),
  ),
  groups: list(
    v.strictObject({ id: text, title: text, entries: list(entry), comparisons: list(comparison) }),
  ),
})

/** A result, or what is wrong with what should have been one. */
export type ReadResult =
  | { readonly result: BenchResult; readonly problem: null }
  | { readonly result: null; readonly problem: string }

/** Checks a parsed document. */
export function readResult(value: unknown): ReadResult {
  const version = (value as { readonly resultVersion?: unknown } | null)?.resultVersion
  if (typeof version === 'number' && version > RESULT_VERSION) {
    const problem = `it has version ${version} of the format, and this page reads up to ${RESULT_VERSION}; a newer dashboard reads it`
    return { result: null, problem }
  }
  if (typeof value === 'object' && value !== null && 'autoResultVersion' in value) {
    const problem = 'it is a result of rope bench --auto; the view Understand takes it'
    return { result: null, problem }
  }
  const found = v.safeParse(result, value)
  if (found.success) return { result: found.output as BenchResult, problem: null }
  const [issue] = found.issues
  const place = v.getDotPath(issue) ?? 'the document'
  return {
    result: null,
    problem: `it is no result of rope bench: ${place}: ${issue.message.slice(0, 200)}`,
  }
}

/** The same for JSON text. */
export function readResultText(json: string): ReadResult {
  try {
    return readResult(JSON.parse(json))
  } catch {
    return { result: null, problem: 'it is not JSON' }
  }
}
