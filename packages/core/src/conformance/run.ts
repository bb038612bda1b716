/**
 * Running the suite: as an async iterable, for whoever shows progress (a command, a worker, a web
 * page), and as one promise of a report.
 */
import type { Backend } from '../contract/backend.js'
import type { ConformanceResult, ConformanceSubject, MakeRope } from './case.js'
import { type CaseFilter, type CaseOptions, conformanceCases } from './cases.js'
import { type ConformanceReport, makeReport } from './report.js'

/** How to run the suite. */
export interface RunOptions extends CaseOptions {
  /** All cases when absent. */
  readonly filter?: CaseFilter
  /** For a bare backend: how ropes are made over it; core's own way when absent. */
  readonly createRope?: MakeRope
  /** For a bare backend: makes another one of its kind, for the cases that dispose it. */
  readonly createBackend?: () => Backend | Promise<Backend>
  /** Called after each case; a returned promise is awaited, so that a page can breathe. */
  readonly onResult?: (result: ConformanceResult) => void | Promise<void>
}

/** A backend alone is a subject named after itself. */
function toSubject(given: ConformanceSubject | Backend, options: RunOptions): ConformanceSubject {
  if ('backend' in given) return given
  const { createRope, createBackend } = options
  return {
    name: given.name,
    backend: given,
    ...(createRope === undefined ? {} : { createRope }),
    ...(createBackend === undefined ? {} : { createBackend }),
  }
}

/**
 * Runs the cases one after the other and yields each result. Stopping early is fine: cases share
 * nothing.
 *
 * @param given a backend, or a subject that says more
 *
 * @example
 * ```ts
 * for await (const { id, status, message } of conformanceResults(createJsBackend())) {
 *   if (status === 'failed') console.error(id, message)
 * }
 * ```
 */
export async function* conformanceResults(
  given: ConformanceSubject | Backend,
  options: RunOptions = {},
): AsyncGenerator<ConformanceResult, void, undefined> {
  const subject = toSubject(given, options)
  for (const one of conformanceCases(options.filter, options)) {
    const result: ConformanceResult = {
      id: one.id,
      family: one.family,
      ...(await one.run(subject)),
    }
    await options.onResult?.(result)
    yield result
  }
}

/**
 * Runs the cases and sums up what they found.
 *
 * @param given a backend, or a subject that says more
 *
 * @example
 * ```ts
 * const report = await runConformance(createJsBackend())
 * report.failed // 0
 * ```
 */
export async function runConformance(
  given: ConformanceSubject | Backend,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  const subject = toSubject(given, options)
  const results: ConformanceResult[] = []
  for await (const result of conformanceResults(subject, options)) results.push(result)
  return makeReport(subject.name, results)
}
