import { expect, test } from 'vitest'
import type { BackendRun } from '../../src/conformance/conformance.js'
import { conformanceText, withConformance } from '../../src/conformance/record.js'
import { SAMPLE } from '../results/samples.js'

function run(backend: string, failed: number): BackendRun {
  const counts = { cases: 12, passed: 10 - failed, failed, unsupported: 2 }
  const report = { suiteVersion: '1.3.0', backend, ...counts, worst: null, failures: [] }
  return { backend, part: 'all', state: 'done', counts: null, report, message: null }
}

const { conformance: _, ...PLAIN } = SAMPLE

test('a result carries what the suite found about the backends that were measured', () => {
  const runs = [run('js', 1), run('webgpu', 0)]
  const result = withConformance(PLAIN, runs)
  expect(result.conformance).toEqual([
    { backend: 'js', suiteVersion: '1.3.0', part: 'all', passed: 9, failed: 1, unsupported: 2 },
  ])
  expect(conformanceText(result)).toBe('js failed 1 of 10 cases of the whole suite 1.3.0')
  expect(conformanceText(SAMPLE)).toBe('js passed the whole suite 1.3.0')
})

test('without a finished run of the suite a result says nothing about it', () => {
  const unfinished = { ...run('js', 0), state: 'cancelled', report: null } as const
  expect(withConformance(PLAIN, [unfinished])).toBe(PLAIN)
  expect(conformanceText(PLAIN)).toBe('')
})
