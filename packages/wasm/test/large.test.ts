/**
 * 512 MB of q and k from elsewhere: memory does not double.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('large-script.mjs', import.meta.url))
const BUILT = fileURLToPath(new URL('../dist/index.js', import.meta.url))
const MB = 2 ** 20

test('512 MB of q and k are rotated through the window', { timeout: 120_000 }, async (context) => {
  if (!existsSync(BUILT)) context.skip('the script uses the built package: npm run build')
  const { stdout } = await run(process.execPath, [SCRIPT])
  const { dataBytes, before, peak, wrong } = JSON.parse(stdout) as Record<string, number>
  expect(dataBytes).toBe(512 * MB)
  expect(wrong).toBe(0)
  // The rotation's rows (6.6 MB) and the module's own memory; far below another 512 MB.
  expect((peak ?? Number.NaN) - (before ?? Number.NaN)).toBeLessThan(96 * MB)
})
