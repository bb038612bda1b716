/**
 * The backends that mutants are made of pass the whole suite; else a failure of a mutant would prove
 * nothing. The js backend's own tests run the suite on that one.
 */
import { expect, test } from 'vitest'
import { conformanceCases, runConformance } from '../../src/conformance/index.js'
import type { Backend } from '../../src/contract/backend.js'
import { createCapableBackend } from './capable-backend.js'
import { createNaiveBackend } from './naive-backend.js'

/** Of the cases, the share that each healthy backend must pass: the naive one has no bound calls. */
const HEALTHY: readonly (readonly [string, () => Backend, number])[] = [
  ['naive', createNaiveBackend, 0.9],
  ['capable', createCapableBackend, 0.98],
]

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
