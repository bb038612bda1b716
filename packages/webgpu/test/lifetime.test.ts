/**
 * Nothing is collected that is still in use: many calls with garbage collected between them, in a
 * process of their own, since what they guard against ends the process.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findNodeGpu } from './support/node-gpu.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

interface Outcome {
  readonly code: number | string
  readonly output: string
}

function runCollected(): Promise<Outcome> {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config=packages/webgpu/test/lifetime/vitest.config.ts',
    '--reporter=json',
  ]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, timeout: 100_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? String(error)), output: stdout + stderr })
    })
  })
}

test('with garbage collected at every step', { timeout: 120_000 }, async (context) => {
  const { gpu, ...missing } = await findNodeGpu()
  if (gpu === null) context.skip((missing as { readonly reason: string }).reason)
  if (process.env.TEST_BUILT === '1') {
    context.skip('these tests read the sources; they ran with the others')
  }
  const { code, output } = await runCollected()
  expect(output).toContain('"numPassedTests":7')
  expect(code).toBe(0)
})
