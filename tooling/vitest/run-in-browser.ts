/**
 * Runs a suite of browser tests in a process of its own and tells what came of it. Where they
 * cannot run, the reason is given and the test is skipped.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CHROMIUM = process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium'

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** How many tests passed, and what the others said. */
export interface BrowserOutcome {
  readonly passed: number
  readonly failures: readonly string[]
}

/** Why browser tests cannot run here; undefined when they can. */
export function whyNoBrowser(): string | undefined {
  if (!existsSync(CHROMIUM)) {
    return `there is no browser at ${CHROMIUM}; install one (Debian: apt-get install chromium) or set ROPE_CHROMIUM`
  }
  if (process.env.TEST_BUILT === '1') {
    return 'the browser tests read the sources; they ran with the others'
  }
  return undefined
}

/** Runs the tests of a vitest config (a path from the root) with more environment variables. */
export function runInBrowser(
  config: string,
  timeout: number,
  variables: Readonly<Record<string, string>> = {},
): Promise<BrowserOutcome> {
  const vitest = 'node_modules/vitest/vitest.mjs'
  const args = [vitest, 'run', `--config=${config}`, '--reporter=json']
  const env = { ...process.env, ...variables, ROPE_CHROMIUM: CHROMIUM }
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env, maxBuffer: 2 ** 27, timeout }
    execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      const start = stdout.indexOf('{"num')
      if (start === -1) resolve({ passed: 0, failures: [`no report: ${stdout}${stderr}`] })
      else resolve(outcomeOf(JSON.parse(stdout.slice(start)) as Report))
    })
  })
}

function outcomeOf({ numPassedTests, testResults }: Report): BrowserOutcome {
  const failures = testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('; ')}`),
  ])
  return { passed: numPassedTests, failures }
}
