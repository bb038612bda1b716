/**
 * The sanitizer runs as a test: addresses, undefined behaviour, leaks and data races. They use the
 * built package, so they run once, with the tests of the built packages.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeBuilt } from './here.js'

const LIMIT = 600_000
const SCRIPT = fileURLToPath(new URL('../scripts/sanitize.js', import.meta.url))

const isBuiltRun = process.env.TEST_BUILT === '1'

describeBuilt('sanitizers', () => {
  test.skipIf(!isBuiltRun)(
    isBuiltRun ? 'find nothing' : 'find nothing (skipped: only with TEST_BUILT=1)',
    ({ skip }) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], {
        encoding: 'utf8',
        timeout: LIMIT,
      })
      expect(status, `${stdout}${stderr}`).toBe(0)
      if (stdout.startsWith('skipped: ')) skip(stdout)
      expect(
        stdout.split('\n').filter((line) => line.startsWith('ok ')).length,
      ).toBeGreaterThanOrEqual(10)
    },
    LIMIT,
  )
})
