/**
 * The built executable as a shell runs it: real streams, real pipes, real exit codes. Without the
 * build there is nothing to test here; `npm test` builds first and runs these with TEST_BUILT=1.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { conformanceCases } from '@rope/core/conformance'
import { describe, expect, test } from 'vitest'
import { configFile, lines, SMALL_LLAMA } from './helpers.js'
import { tensor, tensorFile } from './tensor-files.js'

const PROGRAM = fileURLToPath(new URL('../dist/rope.js', import.meta.url))

/** Runs a line of shell in which `rope` is the program; paths come as $1, $2, ... */
function shell(
  line: string,
  {
    input = '',
    env = {},
    paths = [],
  }: {
    readonly input?: string
    readonly env?: NodeJS.ProcessEnv
    readonly paths?: readonly string[]
  } = {},
) {
  const script = `set -o pipefail; rope() { "$NODE" "$PROGRAM" "$@"; }; ${line}`
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...paths], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE: process.execPath, PROGRAM, ...env },
  })
  return { status, stdout, stderr }
}

describe.runIf(process.env.TEST_BUILT === '1')('the executable', () => {
  test('starts with a line that makes it executable', () => {
    expect(readFileSync(PROGRAM, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  test('exit codes and streams', () => {
    expect(shell('rope --version')).toMatchObject({ status: 0, stderr: '' })
    expect(shell('rope dance')).toMatchObject({ status: 2, stdout: '' })
  })

  test('verify runs the whole suite, and the backends pass', () => {
    const { status, stdout, stderr } = shell('rope verify')
    expect(stdout).toContain(`js  ${conformanceCases().length} cases\n`)
    expect(stdout).not.toContain('FAILED')
    expect([status, stderr]).toEqual([0, ''])
  }, 120_000)

  test('reads standard input', () => {
    const { status, stdout } = shell('rope inspect -', { input: JSON.stringify(SMALL_LLAMA) })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^standard input, profile default\n/)
  })

  test('gives up on endless standard input', () => {
    const { status, stderr } = shell('rope inspect - < /dev/zero')
    expect(status).toBe(2)
    expect(stderr).toContain('standard input is longer than 16.0 MiB')
  })

  test('a reader that goes away is no error, and the work is finished all the same', () => {
    expect(shell('rope doctor --json | head -c 1')).toEqual({ status: 0, stdout: '{', stderr: '' })
    expect(shell('rope inspect missing.json 2>&1 >/dev/null | true').stderr).toBe('')
    const input = tensorFile([tensor('q', 'F32', [1, 5, 2, 8])])
    const config = configFile(SMALL_LLAMA)
    const output = join(dirname(input), 'out')
    const line = 'rope apply --config "$1" --in "$2" --out "$3" | true'
    expect(shell(line, { paths: [config, input, output] })).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
    expect(readdirSync(dirname(input)).sort()).toEqual(['in.safetensors', 'out'])
  })

  test.runIf(existsSync('/dev/full'))(
    'a full disk behind standard output is one clear line',
    () => {
      const { status, stderr } = shell('rope doctor > /dev/full')
      expect(status).toBe(2)
      expect(stderr).toBe('rope: cannot write "standard output": no space left on device\n')
    },
  )

  test('shows no stack unless asked', () => {
    expect(lines(shell('rope inspect missing.json').stderr)).toHaveLength(1)
    const { status, stderr } = shell('rope inspect missing.json', { env: { ROPE_DEBUG: '1' } })
    expect(status).toBe(2)
    expect(stderr).toMatch(/\n {4}at .*\ncaused by: Error: ENOENT/s)
  })

  test('colours follow the environment', () => {
    expect(shell('rope doctor').stdout).not.toContain('\u001b')
    expect(shell('rope doctor', { env: { FORCE_COLOR: '1' } }).stdout).toContain('\u001b[1mMachine')
  })
})
