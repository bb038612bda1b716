/**
 * What `npm test` and `.ci/run` say at the end: the sum of all steps, and a failure wherever the
 * tests have not come to their end.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { COMMANDS, runSteps } from '../test.mjs'
import { ROOT } from '../workspace.mjs'

describe('the steps', () => {
  const quiet = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  afterAll(() => quiet.mockRestore())
  const step = (passed: number, failed: number, needed = false) => ({
    ...{ name: 'made up', needed },
    run: async () => ({ passed, failed, note: '' }),
  })

  test('are added up, past failures', async () => {
    const sum = await runSteps([step(3, 0, true), step(2, 1), step(10, 0)])
    expect(sum).toEqual({ passed: 15, failed: 1 })
  })

  test('end where one failed that the others need', async () => {
    expect(await runSteps([step(0, 1, true), step(10, 0)])).toEqual({ passed: 0, failed: 1 })
  })

  test('count as failed when they throw', async () => {
    const broken = { ...step(0, 0), run: () => Promise.reject(new Error('broken')) }
    expect(await runSteps([broken, step(1, 0)])).toEqual({ passed: 1, failed: 1 })
  })

  test('of everything are those of both commands, each once', () => {
    const names = (steps: readonly { readonly name: string }[]) => steps.map(({ name }) => name)
    const both = [...names(COMMANDS.test), ...names(COMMANDS['test:consumers'])]
    expect(names(COMMANDS['test:everything']).sort()).toEqual([...new Set(both)].sort())
  })
})

/** Stands in for npm and for whatever would install packages; no test is run, nothing installed. */
const bin = mkdtempSync(join(tmpdir(), 'fake bin '))
afterAll(() => rmSync(bin, { recursive: true }))
for (const name of ['apt-get', 'sudo']) {
  writeFileSync(join(bin, name), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
}

function endOfCi(npm: string): { readonly status: number | null; readonly last: string } {
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 })
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
  const script = join(ROOT, '.ci', 'run')
  const { status, stdout } = spawnSync('bash', [script], { encoding: 'utf8', env })
  return { status, last: stdout.trimEnd().split('\n').at(-1) ?? '' }
}

const OUT_OF_MEMORY = 'echo "ok     types: 22 projects"; kill -9 $$'

describe.skipIf(process.platform === 'win32')('.ci/run (skipped on Windows: bash)', () => {
  test.each([
    ['all tests passed', 'echo; echo "12 passed, 0 failed"', 0, '12 passed, 0 failed'],
    ['one failed', 'echo; echo "11 passed, 1 failed"; exit 1', 1, '11 passed, 1 failed'],
    ['the tests were killed', OUT_OF_MEMORY, 1, '0 passed, 1 failed'],
    ['there were none', 'echo "0 passed, 0 failed"', 1, '0 passed, 1 failed'],
    ['killed within a line', 'printf "ok     "; kill -9 $$', 1, '0 passed, 1 failed'],
    ['they fell silent', 'true', 1, '0 passed, 1 failed'],
    ['failed with a good word', 'echo "12 passed, 0 failed"; exit 1', 1, '0 passed, 1 failed'],
    ['said one failed, and ended well', 'echo "11 passed, 1 failed"', 1, '0 passed, 1 failed'],
  ])('%s', (_, npm, status, last) => {
    expect(endOfCi(npm)).toEqual({ status, last })
  })

  test('runs what tests everything', () => {
    const npm = 'case "$*" in "--silent run test:everything") echo "1 passed, 0 failed";; esac'
    expect(endOfCi(npm)).toEqual({ status: 0, last: '1 passed, 0 failed' })
  })
})
