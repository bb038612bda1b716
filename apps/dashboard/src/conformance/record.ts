/**
 * What the suite found here, for the result of a benchmark: whoever reads its times later knows
 * whether they are those of a backend that is right.
 */
import type { BenchResult } from '@rope/bench'
import type { ConformanceRecord } from '@rope/bench/report'
import type { BackendRun } from './conformance.js'

/** A result of this browser, with what the suite found about its backends; unchanged when it did not run. */
export function withConformance(result: BenchResult, runs: readonly BackendRun[]): BenchResult {
  const measured = new Set(result.backends.map(({ name }) => name))
  const conformance = runs
    .filter(({ backend }) => measured.has(backend))
    .flatMap(({ backend, part, report }): readonly ConformanceRecord[] => {
      if (report === null) return []
      const { suiteVersion, passed, failed, unsupported } = report
      return [{ backend, suiteVersion, part, passed, failed, unsupported }]
    })
  return conformance.length === 0 ? result : { ...result, conformance }
}

/** `js passed the whole suite 1.3.0`, a sentence for each. */
export function conformanceText({ conformance = [] }: BenchResult): string {
  return conformance
    .map(({ backend, suiteVersion, part, passed, failed }) => {
      const suite =
        part === 'all' ? `the whole suite ${suiteVersion}` : `${part} of suite ${suiteVersion}`
      return failed > 0
        ? `${backend} failed ${failed} of ${passed + failed} cases of ${suite}`
        : `${backend} passed ${suite}`
    })
    .join(', ')
}
