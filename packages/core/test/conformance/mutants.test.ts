/**
 * The suite must bite: every deliberately broken subject fails a case of each family that it was
 * said to fail. A suite that a mutant survives has a hole. `healthy.test.ts` shows that what they
 * are made of fails nothing.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ConformanceSubject } from '../../src/conformance/case.js'
import { conformanceResults } from '../../src/conformance/run.js'
import type { Backend } from '../../src/contract/backend.js'
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

/** A call that never settles is given up sooner than by the suite itself. */
beforeAll(() => {
  const { setTimeout: wait } = globalThis
  const sooner = (call: () => void, milliseconds: number): unknown =>
    wait(call, Math.min(milliseconds, 1000))
  vi.stubGlobal('setTimeout', sooner)
})

afterAll(() => {
  vi.unstubAllGlobals()
})

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
