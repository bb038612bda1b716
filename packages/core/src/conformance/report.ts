/**
 * The report: what a run found, as plain JSON.
 */
import type { ConformanceResult } from './case.js'
import { SUITE_VERSION } from './version.js'

/** A case that failed and why. */
export interface ReportedFailure {
  readonly id: string
  readonly message: string
}

/** The largest error against truth, relative to the norm of its pair, and where it was seen. */
export interface WorstError {
  readonly id: string
  readonly error: number
}

/** What a run found; it survives JSON. */
export interface ConformanceReport {
  readonly suiteVersion: string
  readonly backend: string
  /** How many cases were run: passed + failed + unsupported. */
  readonly cases: number
  readonly passed: number
  readonly failed: number
  /** Cases that the backend does not claim and refused as the contract says. */
  readonly unsupported: number
  /** Over the cases that passed or failed with a measured error; null when there was none. */
  readonly worst: WorstError | null
  readonly failures: readonly ReportedFailure[]
}

/** Sums up results. A NaN error counts as infinite and is reported as the largest finite number. */
export function makeReport(
  backend: string,
  results: readonly ConformanceResult[],
): ConformanceReport {
  const count = (status: ConformanceResult['status']): number =>
    results.filter((result) => result.status === status).length
  return {
    suiteVersion: SUITE_VERSION,
    backend,
    cases: results.length,
    passed: count('passed'),
    failed: count('failed'),
    unsupported: count('unsupported'),
    worst: worstOf(results),
    failures: results
      .filter(({ status }) => status === 'failed')
      .map(({ id, message }) => ({ id, message: message ?? 'no reason given' })),
  }
}

/** JSON has neither NaN nor Infinity. */
function finite(error: number): number {
  return error <= Number.MAX_VALUE ? error : Number.MAX_VALUE
}

function worstOf(results: readonly ConformanceResult[]): WorstError | null {
  let worst: WorstError | null = null
  for (const { id, error } of results) {
    if (error === undefined) continue
    const measured = finite(error)
    if (worst === null || measured > worst.error) worst = { id, error: measured }
  }
  return worst
}
