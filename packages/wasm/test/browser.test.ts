/**
 * Runs the browser tests in a headless Chromium, on a page that is cross-origin isolated and on one
 * that is not. Without a Chromium the reason is named and they are skipped.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url))
const CONFIG = 'packages/wasm/test/browser/vitest.config.ts'
const CHROMIUM = process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium'
const BUILT = process.env.TEST_BUILT === '1'
const MINUTES = 60_000

interface Report {
  readonly success: boolean
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

function runInBrowser(isolated: boolean): Promise<string> {
  const env = { ...process.env, ROPE_ISOLATED: isolated ? '1' : '0', ROPE_CHROMIUM: CHROMIUM }
  const args = [VITEST, 'run', `--config=${CONFIG}`, '--reporter=json']
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env, maxBuffer: 2 ** 26, timeout: 4 * MINUTES }
    execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve(stdout.includes('{"num') ? stdout.slice(stdout.indexOf('{"num')) : stdout + stderr)
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

const PAGES = [
  { page: 'cross-origin isolated', isolated: true },
  { page: 'not isolated', isolated: false },
] as const

describe('in a browser', () => {
  for (const { page, isolated } of PAGES) {
    test(page, { timeout: 5 * MINUTES }, async (context) => {
      if (!existsSync(CHROMIUM)) {
        context.skip(
          `there is no browser at ${CHROMIUM}; install one (Debian: apt-get install chromium) or set ROPE_CHROMIUM`,
        )
      }
      if (BUILT) context.skip('the browser tests read the sources; they ran with the others')
      const report = JSON.parse(await runInBrowser(isolated)) as Report
      expect(failuresOf(report)).toEqual([])
      expect(report.numFailedTests).toBe(0)
      expect(report.numPassedTests).toBeGreaterThan(900)
    })
  }
})
