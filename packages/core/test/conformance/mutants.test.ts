/**
 * The suite must bite: every deliberately broken subject fails a case of each family that it was
 * said to fail. A suite that a mutant survives has a hole.
 */
import { describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backend.js'
import type { ConformanceSubject } from '../../src/conformance/case.js'
import { conformanceCases } from '../../src/conformance/cases.js'
import { conformanceResults, runConformance } from '../../src/conformance/run.js'
import type { Mutant } from './mutants/mutant.js'
import { NAIVE } from './mutants/naive.js'
import { ROPED } from './mutants/roped.js'
import { STATEFUL } from './mutants/stateful.js'
import { WRAPPED } from './mutants/wrapped.js'
import { createNaiveBackend } from './naive-backend.js'

const MUTANTS: readonly Mutant[] = [...WRAPPED, ...STATEFUL, ...NAIVE, ...ROPED]

/** The real backend, by path: core must not depend on a package that depends on core. */
const JS_BACKEND: string = '../../../js/src/index.js'
const { createJsBackend } = (await import(JS_BACKEND)) as {
  readonly createJsBackend: () => Backend
}

/** The first case matching `ids` that the subject fails; stops there. */
async function firstFailure(subject: ConformanceSubject, ids: RegExp): Promise<string | null> {
  for await (const { id, status } of conformanceResults(subject, {
    filter: (id) => ids.test(id),
  })) {
    if (status === 'failed') return id
  }
  return null
}

describe.each(MUTANTS)('$name', ({ noticed, create }) => {
  test.each(noticed)('is noticed by %s', async (ids) => {
    expect(await firstFailure(create(createJsBackend), ids)).toMatch(ids)
  })
})

test('there are at least 24 mutants, all named differently', () => {
  const names = new Set(MUTANTS.map(({ name }) => name))
  expect(names.size).toBe(MUTANTS.length)
  expect(names.size).toBeGreaterThanOrEqual(24)
})

/** Else a failure would prove nothing. The js backend's own tests run the suite on that one. */
test('the healthy naive backend fails nothing', async () => {
  const createBackend = (): Backend => createNaiveBackend()
  const report = await runConformance({ name: 'naive', backend: createBackend(), createBackend })
  expect(report.failures).toEqual([])
  expect(report.cases).toBe(conformanceCases().length)
  expect(report.passed).toBeGreaterThan(0.95 * report.cases)
}, 60_000)
