/**
 * The suite must bite: every deliberately broken subject fails a case of each family that it was
 * said to fail. A suite that a mutant survives has a hole.
 */
import { describe, expect, test } from 'vitest'
import type { ConformanceSubject } from '../../src/conformance/case.js'
import { conformanceCases } from '../../src/conformance/cases.js'
import { conformanceResults, runConformance } from '../../src/conformance/run.js'
import type { Backend } from '../../src/contract/backend.js'
import { createCapableBackend } from './capable-backend.js'
import { BOUND } from './mutants/bound.js'
import { DISPOSED, RESIDENT } from './mutants/disposed.js'
import { LARGE } from './mutants/large.js'
import type { Mutant } from './mutants/mutant.js'
import { NAIVE } from './mutants/naive.js'
import { OVERLAPPING } from './mutants/overlapping.js'
import { PLACES } from './mutants/places.js'
import { REUSED } from './mutants/reused.js'
import { ROPED } from './mutants/roped.js'
import { STATEFUL } from './mutants/stateful.js'
import { THREADED } from './mutants/threaded.js'
import { WRAPPED } from './mutants/wrapped.js'
import { createNaiveBackend } from './naive-backend.js'

const MUTANTS: readonly Mutant[] = [
  ...WRAPPED,
  ...STATEFUL,
  ...NAIVE,
  ...ROPED,
  ...REUSED,
  ...OVERLAPPING,
  ...BOUND,
  ...DISPOSED,
  ...RESIDENT,
  ...THREADED,
  ...LARGE,
  ...PLACES,
]

/** The real backend, by path: core must not depend on a package that depends on core. */
const JS_BACKEND: string = '../../../js/src/index.js'
const { createJsBackend } = (await import(JS_BACKEND)) as {
  readonly createJsBackend: () => Backend
}

/** The first case matching `ids` that the subject fails; stops there. */
async function firstFailure(subject: ConformanceSubject, ids: RegExp): Promise<string | null> {
  for await (const { id, status } of conformanceResults(subject, {
    filter: (id) => ids.test(id),
    large: true,
  })) {
    if (status === 'failed') return id
  }
  return null
}

describe.each(MUTANTS)('$name', ({ noticed, create }) => {
  test.each(noticed)('is noticed by %s', { timeout: 60_000 }, async (ids) => {
    expect(await firstFailure(create(createJsBackend), ids)).toMatch(ids)
  })
})

test('there are at least 150 mutants, all named differently', () => {
  const names = new Set(MUTANTS.map(({ name }) => name))
  expect(names.size).toBe(MUTANTS.length)
  expect(names.size).toBeGreaterThanOrEqual(150)
})

/** Of the cases, the share that each healthy backend must pass: the naive one has no bound calls. */
const HEALTHY: readonly (readonly [string, () => Backend, number])[] = [
  ['naive', createNaiveBackend, 0.9],
  ['capable', createCapableBackend, 0.98],
]

/** Else a failure would prove nothing. The js backend's own tests run the suite on that one. */
test.each(HEALTHY)(
  'the healthy %s backend fails nothing',
  async (name, createBackend, share) => {
    const report = await runConformance({ name, backend: createBackend(), createBackend })
    expect(report.failures).toEqual([])
    expect(report.cases).toBe(conformanceCases().length)
    expect(report.passed).toBeGreaterThan(share * report.cases)
  },
  300_000,
)
