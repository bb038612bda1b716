/**
 * The suite inside a test runner: one test per case. It needs no runner of its own, only two
 * functions that all of them have.
 */
import type { ConformanceSubject, Status } from './case.js'
import { type CaseFilter, type CaseOptions, conformanceCases } from './cases.js'

/** What a test runner offers: vitest, jest, node:test, mocha. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly test: (name: string, body: () => Promise<void>) => unknown
}

/** How to define the tests. */
export interface DefineOptions extends CaseOptions {
  /** All cases when absent. */
  readonly filter?: CaseFilter
  /** At least so many cases must pass, so that a backend cannot decline its way through. */
  readonly minimumCases: number
}

const FAMILIES = ['values', 'golden', 'properties', 'contract'] as const

/**
 * Defines one test per case, and a last one that counts how many passed.
 *
 * @param functions `describe` and `test` of the runner
 * @param createSubject called once, in the first test
 *
 * @example
 * ```ts
 * import { describe, test } from 'vitest'
 * defineConformance(
 *   { describe, test },
 *   () => ({ name: 'js', backend: createJsBackend(), createBackend: createJsBackend }),
 *   { minimumCases: 1000 },
 * )
 * ```
 */
export function defineConformance(
  functions: TestFunctions,
  createSubject: () => ConformanceSubject | Promise<ConformanceSubject>,
  options: DefineOptions,
): void {
  const { describe, test } = functions
  const cases = conformanceCases(options.filter, options)
  const statuses: Status[] = []
  let subject: Promise<ConformanceSubject> | undefined
  for (const family of FAMILIES) {
    const members = cases.filter((one) => one.family === family)
    if (members.length === 0) continue
    describe(family, () => {
      for (const one of members) {
        test(one.id, async () => {
          subject ??= Promise.resolve(createSubject())
          const { status, message } = await one.run(await subject)
          statuses.push(status)
          if (status === 'failed') throw new Error(`${one.id}: ${message}`)
        })
      }
    })
  }
  test(`at least ${options.minimumCases} of ${cases.length} cases pass`, async () => {
    // A runner that was asked for a few tests only has nothing to count.
    if (statuses.length < cases.length) return
    const passed = statuses.filter((status) => status === 'passed').length
    if (passed >= options.minimumCases) return
    throw new Error(`only ${passed} of ${cases.length} cases passed; ${options.minimumCases} must`)
  })
}
