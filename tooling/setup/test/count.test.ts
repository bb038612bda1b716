/**
 * The closing line adds up honestly: whatever did not clearly pass has failed.
 */
import { describe, expect, test } from 'vitest'
import { countTasks } from '../build.mjs'
import { addUp, countVitest } from '../count.mjs'

/** A vitest report with one file per list of test states. */
function report(...files: readonly { status?: string; tests: readonly string[] }[]): {
  testResults: { status: string; assertionResults: { status: string }[] }[]
} {
  return {
    testResults: files.map(({ status = 'passed', tests }) => ({
      status,
      assertionResults: tests.map((state) => ({ status: state })),
    })),
  }
}

describe('countVitest', () => {
  test('adds up the tests of all files', () => {
    const counted = countVitest(report({ tests: ['passed', 'passed'] }, { tests: ['passed'] }), 0)
    expect(counted).toEqual({ passed: 3, failed: 0, note: '3 tests in 2 files' })
  })

  test('tells about skipped tests, which are neither passed nor failed', () => {
    const counted = countVitest(report({ tests: ['passed', 'skipped', 'todo', 'pending'] }), 0)
    expect(counted).toEqual({ passed: 1, failed: 0, note: '4 tests in 1 files, 3 skipped' })
  })

  test.each([
    ['a failed test', report({ status: 'failed', tests: ['passed', 'failed', 'failed'] }), 1, 2],
    [
      'a file that could not be loaded',
      report({ tests: ['passed'] }, { status: 'failed', tests: [] }),
      1,
      1,
    ],
    ['an error outside every test', report({ tests: ['passed'] }), 1, 1],
    ['no test at all', report(), 0, 1],
    ['only skipped tests', report({ tests: ['skipped'] }), 0, 1],
    ['a state nobody has heard of', report({ tests: ['passed', 'exploded'] }), 0, 1],
  ])('%s counts as failed', (_, results, code, failed) => {
    expect(countVitest(results, code).failed).toBe(failed)
  })
})

test('addUp sums both columns', () => {
  const results = [
    { passed: 1, failed: 2, note: '' },
    { passed: 10, failed: 20, note: '' },
  ]
  expect(addUp(results)).toEqual({ passed: 11, failed: 22 })
})

describe('countTasks', () => {
  test('reads a summary', () => {
    const summary =
      ' Tasks:    3 successful, 4 total\nCached:    2 cached, 4 total\n  Time:    554ms\n'
    expect(countTasks(summary)).toEqual({ tasks: 4, cached: 2, successful: 3 })
  })

  test('does not make up numbers', () => {
    expect(countTasks('something else')).toEqual({
      tasks: Number.NaN,
      cached: Number.NaN,
      successful: 0,
    })
  })
})
