import { conformanceCases, runConformance, SUITE_VERSION } from '@rope/core/conformance'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import * as fake from '../fake-backends.js'
import { lines, rope } from '../helpers.js'

/** A few quick cases that every backend is asked. */
const FILTER = 'values/half/float32/bshd/window'
const keep = (id: string): boolean => id.includes(FILTER)
const CASES = conformanceCases(keep).length

describe('a backend that is right', () => {
  test('passes, family by family', async () => {
    const argv = ['verify', '--backend', 'js', '--filter', 'properties/']
    const { code, stdout, stderr } = await rope(argv)
    const cases = conformanceCases('properties/').length
    expect(lines(stdout)).toEqual([
      `js  ${cases} cases`,
      `  properties  ${cases} passed`,
      expect.stringMatching(`^  ok: ${cases} passed, 0 failed, 0 unsupported in [0-9.]+ s$`),
    ])
    expect([code, stderr]).toEqual([0, ''])
  })

  test('plain lines hold neither carriage returns nor colours', async () => {
    const { stdout, stderr } = await rope(['verify', '--backend', 'js', '--filter', FILTER])
    expect(stdout).not.toMatch(/[\r\u001b]/)
    expect(stderr).toBe('')
    expect(lines(stdout)[0]).toBe(`js  ${CASES} cases`)
    expect(lines(stdout)[1]).toMatch(/^ {2}values +\d+ passed/)
  })

  test('a terminal sees a live line on standard error, erased at the end', async () => {
    const { stdout, stderr } = await rope(['verify', '--backend', 'js', '--filter', FILTER], {
      tty: true,
    })
    expect(stderr).toContain(`js  1 of ${CASES}  values/`)
    expect(stderr).toMatch(/\r\u001b\[2K$/)
    expect(stdout).not.toContain('\r')
  })
})

describe('--json', () => {
  test('has exactly the agreed keys, and the numbers of the suite', async () => {
    const { code, stdout, stderr } = await rope([
      ...['verify', '--backend', 'js', '--json', '--filter', FILTER],
    ])
    const report = await runConformance(createJsBackend(), { filter: keep })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      suiteVersion: SUITE_VERSION,
      backends: [
        {
          name: 'js',
          available: true,
          reason: null,
          cases: CASES,
          passed: report.passed,
          failed: 0,
          unsupported: report.unsupported,
          worst: report.worst,
        },
      ],
    })
  })

  test('an unavailable backend has a reason and counts nothing', async () => {
    const backends = [fake.missing(), fake.working()]
    const { code, stdout } = await rope(['verify', '--json', '--filter', FILTER], { backends })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).backends[0]).toEqual({
      name: 'wasm',
      available: false,
      reason:
        '@rope/wasm is not installed, or a bundler left it out; to fix it, run: npm install @rope/wasm',
      cases: 0,
      passed: 0,
      failed: 0,
      unsupported: 0,
      worst: null,
    })
  })

  test('failures go to standard error', async () => {
    const backends = [fake.mirrored()]
    const { code, stdout, stderr } = await rope(['verify', '--json', '--filter', FILTER], {
      backends,
    })
    const [report] = JSON.parse(stdout).backends
    expect(code).toBe(1)
    expect(report.failed).toBeGreaterThan(0)
    expect(report.passed + report.failed + report.unsupported).toBe(report.cases)
    expect(stderr).toMatch(/^ {2}FAILED values\/half\/float32\/bshd\/window=/)
  })
})

describe('a backend that is wrong', () => {
  test('exits with 1 and names the cases', async () => {
    const backends = [fake.mirrored(), fake.working()]
    const { code, stdout } = await rope(['verify', '--filter', FILTER], { backends })
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^mirrored {2}\d+ cases\n {2}FAILED values\/half\/float32\/bshd\/window=/,
    )
    expect(stdout).toMatch(/ {2}FAILED: \d+ passed, [1-9]\d* failed/)
    expect(stdout).toMatch(/^js .*\n.*\n {2}ok: /m)
  })

  test('shows twenty failures and counts the others', async () => {
    const backends = [fake.mirrored()]
    const { stdout } = await rope(['verify', '--filter', 'values/half/float32'], { backends })
    expect(stdout.match(/^ {2}FAILED values/gm)).toHaveLength(20)
    expect(stdout).toMatch(/^ {2}and \d+ more failures/m)
  })
})

describe('availability', () => {
  test('an unavailable backend is a line, not a failure', async () => {
    const backends = [fake.unavailable('webgpu', 'no adapter'), fake.working()]
    const { code, stdout } = await rope(['verify', '--filter', FILTER], { backends })
    expect(code).toBe(0)
    expect(lines(stdout)[0]).toBe('webgpu  not available: no adapter')
  })

  test('when nothing could be checked, nothing has passed', async () => {
    const backends = [fake.missing(), fake.uncreatable()]
    const { code, stdout } = await rope(['verify', '--filter', FILTER], { backends })
    expect(code).toBe(1)
    expect(stdout).toContain('native  not available: it could not be created: out of handles')
  })

  test.each([
    [['--backend', 'cuda'], [fake.working()], 'unknown backend "cuda"; known backends: js'],
    [['--backend', 'wasm'], [fake.missing()], 'backend wasm is not available: @rope/wasm is not'],
    [['--backend', 'wasm', '--json'], [fake.missing()], 'backend wasm is not available'],
    [['--filter', 'no such case'], [fake.working()], 'no case of the suite has "no such case"'],
  ])('%j exits with 2', async (argv, backends, message) => {
    const { code, stdout, stderr } = await rope(['verify', ...argv], { backends })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toContain(`rope: ${message}`)
  })

  test('--backend runs that one only', async () => {
    const backends = [fake.mirrored(), fake.working()]
    const argv = ['verify', '--backend', 'js', '--filter', FILTER, '--json']
    const { code, stdout } = await rope(argv, { backends })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).backends).toHaveLength(1)
  })
})

describe('webgpu by name', () => {
  test('is known, beside those that run without being named', async () => {
    const { code, stderr } = await rope(['verify', '--backend', 'cuda'])
    expect(code).toBe(2)
    expect(stderr).toContain('known backends: native, wasm, js, webgpu')
  })

  test('runs, or says what it lacks here and how to get it', async () => {
    const argv = ['verify', '--backend', 'webgpu', '--json', '--filter', FILTER]
    const { code, stdout, stderr } = await rope(argv)
    if (code === 0) {
      expect(JSON.parse(stdout).backends).toMatchObject([{ name: 'webgpu', failed: 0 }])
    } else {
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/backend webgpu is not available: .*(run: npm install|install a )/)
    }
  })
})

test('several names run in their order, each once', async () => {
  const backends = [fake.working('a'), fake.working('b'), fake.mirrored()]
  const argv = ['verify', '--backend', 'b', 'a', 'b', '--json', '--filter', FILTER]
  const { code, stdout } = await rope(argv, { backends })
  expect(code).toBe(0)
  expect(JSON.parse(stdout).backends.map(({ name }: { name: string }) => name)).toEqual(['b', 'a'])
})

test('every backend is disposed, also a failing one', async () => {
  const disposed: string[] = []
  const watched = (name: string) =>
    fake.changed(name, (backend) => ({
      ...backend,
      dispose: () => {
        disposed.push(name)
        backend.dispose()
      },
    }))
  await rope(['verify', '--filter', FILTER], { backends: [watched('a'), watched('b')] })
  expect(disposed.filter((name) => name === 'a').length).toBeGreaterThan(0)
  expect(disposed.filter((name) => name === 'b').length).toBeGreaterThan(0)
})
