/**
 * Runs the GPU tests in a headless Chromium. Without a Chromium the reason is named and they are
 * skipped.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const CHROMIUM = process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium'
const MINUTES = 60_000

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** What vitest reports of the tests in the browser. */
function runInBrowser(): Promise<string> {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config=packages/webgpu/test/browser/vitest.config.ts',
    '--reporter=json',
  ]
  const options = { cwd: ROOT, maxBuffer: 2 ** 27, timeout: 8 * MINUTES }
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      const start = stdout.indexOf('{"num')
      resolve(start === -1 ? stdout + stderr : stdout.slice(start))
    })
  })
}

function failuresOf({ testResults }: Report): readonly string[] {
  return testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('; ')}`),
  ])
}

test('in a browser', { timeout: 9 * MINUTES }, async (context) => {
  if (!existsSync(CHROMIUM)) {
    context.skip(
      `there is no browser at ${CHROMIUM}; install one (Debian: apt-get install chromium) or set ROPE_CHROMIUM`,
    )
  }
  if (process.env.TEST_BUILT === '1') {
    context.skip('the browser tests read the sources; they ran with the others')
  }
  const report = JSON.parse(await runInBrowser()) as Report
  expect(failuresOf(report)).toEqual([])
  expect(report.numFailedTests).toBe(0)
  expect(report.numPassedTests).toBeGreaterThan(3000)
})
