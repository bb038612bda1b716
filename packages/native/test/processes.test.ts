/**
 * What can only be seen from outside: how processes end, that worker threads come and go, that
 * garbage collection takes nothing away from a call, that memory does not grow.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { probeNative } from '@rope/native'
import { afterAll, describe, expect, test } from 'vitest'
import { BUILT, describeBuilt } from './here.js'

const LIMIT = 120_000

function run(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: LIMIT,
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  })
}

function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}.js`, import.meta.url))
}

describeBuilt('processes', () => {
  test.each([
    ['end', 0],
    ['exit', 3],
    ['end with a call under way', 4],
    ['exit with a call under way', 5],
    ['throw with a call under way', 1],
  ])(
    '%s',
    (way, code) => {
      const { status, signal, stderr } = run([program('exit'), way])
      expect({ status, signal }, stderr).toEqual({ status: code, signal: null })
      if (code !== 1) expect(stderr).toBe('')
    },
    LIMIT,
  )

  test(
    'worker threads come and go',
    () => {
      const { status, signal, stdout, stderr } = run([program('workers')])
      expect({ status, signal, stdout }, stderr).toEqual({
        status: 0,
        signal: null,
        stdout: 'done',
      })
    },
    LIMIT,
  )

  test(
    'garbage collection takes nothing away',
    () => {
      const { status, signal, stdout, stderr } = run(['--expose-gc', program('garbage')])
      expect({ status, signal, stdout }, stderr).toEqual({
        status: 0,
        signal: null,
        stdout: 'done',
      })
    },
    LIMIT,
  )

  test.each([
    ['finish', 0],
    ['exit', 0],
    ['end', 0],
    ['throw', 1],
  ])(
    'the addon is loaded three times, in workers too, and they %s',
    (end, code) => {
      const { status, signal, stdout, stderr } = run([program('loads'), end])
      expect({ status, signal, stdout }, stderr).toEqual({
        status: code,
        signal: null,
        stdout: 'done',
      })
    },
    LIMIT,
  )

  test(
    'memory that goes away is never written to, however warm the code is',
    () => {
      const { status, signal, stdout, stderr } = run(['--expose-gc', program('detach')])
      expect({ status, signal, stdout }, stderr).toEqual({
        status: 0,
        signal: null,
        stdout: 'done',
      })
    },
    LIMIT,
  )

  test.each([1, 2, 3])(
    'every export of the addon survives every argument, seed %i',
    (seed) => {
      const { status, signal, stdout, stderr } = run([
        '--expose-gc',
        program('fuzz'),
        '40000',
        String(seed),
      ])
      expect({ status, signal }, stderr).toEqual({ status: 0, signal: null })
      const { calls, through } = JSON.parse(stdout) as { calls: number; through: number }
      expect(calls).toBe(40_000)
      // A fuzzer whose cases are all refused at once looks at nothing.
      expect(through).toBeGreaterThan(calls / 3)
    },
    LIMIT,
  )

  test(
    'memory does not grow',
    () => {
      const { status, stdout, stderr } = run(['--expose-gc', program('leaks'), '64'])
      expect(status, stderr).toBe(0)
      // 64 rounds leave 15 MB behind if kernels are never freed, and more than 100 if blocks are not.
      expect(Number(stdout)).toBeLessThan(6)
    },
    LIMIT,
  )
})

describeBuilt('damaged binaries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rope-native-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const good = String(probeNative().facts.binary)
  const copy = join(folder, 'rope.node')

  describe.each([0, 3, 63, 64, 4096, 20_000, -1])('cut off after %i bytes', (size) => {
    test('unavailable, with the reason; the process lives', () => {
      copyFileSync(good, copy)
      truncateSync(copy, size < 0 ? statSync(copy).size + size : size)
      const script = `import { probeNative } from ${JSON.stringify(pathToFileURL(BUILT).href)}
        process.stdout.write(JSON.stringify(probeNative()))`
      const { status, signal, stdout, stderr } = run(['--input-type=module', '-e', script], {
        ROPE_NATIVE_BINARY: copy,
      })
      expect({ status, signal }, stderr).toEqual({ status: 0, signal: null })
      expect(JSON.parse(stdout)).toMatchObject({
        available: false,
        reason: expect.stringContaining(copy),
      })
    })
  })
})
