/**
 * A rope is made whatever lies where the cache should be. Each runs in a process of its own, which
 * is killed when it takes too long: one that waits for a pipe cannot be stopped from within.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

/** Milliseconds; a rope takes well below one second. */
const DEADLINE = 30_000

const PROGRAM = `
  import { createRope } from '@rope/auto'
  const schedule = { type: 'default', base: 10000 }
  const rope = await createRope({ headDim: 8, pairing: 'half', schedule }, { cache: process.argv[1] })
  const q = { data: new Float32Array(8).fill(1), shape: [1, 1, 1, 8], layout: 'bshd' }
  rope.rotate({ q, positions: 1 })
  console.log(q.data[0] !== 1)
`

const PLACES: Readonly<Record<string, (path: string) => void>> = {
  'a pipe without a writer': (path) => void spawnSync('mkfifo', [path]),
  'a link to a pipe': (path) => {
    spawnSync('mkfifo', [`${path}.pipe`])
    symlinkSync(`${path}.pipe`, path)
  },
  'a device that never ends': (path) => symlinkSync('/dev/zero', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a folder': (path) => mkdirSync(path),
  'a file of 3 GB': (path) => {
    writeFileSync(path, '')
    truncateSync(path, 3 * 2 ** 30)
  },
}

describe.runIf(process.env.TEST_BUILT === '1')('in place of the cache file', () => {
  test.each(Object.keys(PLACES))('%s', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'rope-cache-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    PLACES[name]?.(join(folder, 'calibration.json'))
    const { status, signal, stdout } = spawnSync(
      process.execPath,
      ['--max-old-space-size=256', '--input-type=module', '-e', PROGRAM, folder],
      { cwd: import.meta.dirname, encoding: 'utf8', timeout: DEADLINE, killSignal: 'SIGKILL' },
    )
    expect([signal, status, stdout]).toEqual([null, 0, 'true\n'])
  })
})
