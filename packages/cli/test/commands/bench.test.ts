/**
 * The command around the harness: what it prints, writes and refuses. Times are never looked at.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchResult } from '@rope/bench'
import { SUITE_VERSION } from '@rope/core/conformance'
import { describe, expect, test, vi } from 'vitest'
import * as fake from '../fake-backends.js'
import { lines, rope, temporaryFolder } from '../helpers.js'

const DECODE = 'llama-3-8b/1/float32/half/bshd/in-place'

describe('rope bench', () => {
  test('prints a table per group and writes the result', async () => {
    const file = join(temporaryFolder(), 'result.json')
    const argv = ['bench', '--quick', '--backend', 'js', '--filter', DECODE, '--json', file]
    const { code, stdout, stderr } = await rope(argv)
    expect([code, stderr]).toEqual([0, ''])
    const [title, head, ...rows] = lines(stdout)
    expect(title).toBe('llama-3-8b, 32 + 8 heads x 128, 1 token, float32, half, bshd, in place')
    expect(head).toMatch(/call +p10 to p90 +rate +share of the limit +against the baseline$/)
    expect(rows[0]).toMatch(/^ {2}js +[\d.]+ us +[\d.]+ us to [\d.]+ us.* [\d.]+ GB\/s +[\d.]+ \[/)
    expect(rows.some((row) => row.startsWith('  plain loop'))).toBe(true)
    expect(rows.some((row) => row.startsWith('  scale (portable)'))).toBe(true)
    const result = JSON.parse(readFileSync(file, 'utf8')) as BenchResult
    expect(result.groups.map(({ id }) => id)).toEqual([DECODE])
    expect(result.machine.engine).toContain(process.versions.node)
    expect(Object.keys(result.packages)).toContain('@rope/cli')
    expect(result.suiteVersion).toBe(SUITE_VERSION)
  })

  test('a wrong backend shows FAIL, no time, and exit code 1', async () => {
    const argv = ['bench', '--quick', '--backend', 'mirrored', '--filter', DECODE]
    const { code, stdout } = await rope(argv, { backends: [fake.mirrored()] })
    const row = lines(stdout).find((line) => line.startsWith('  mirrored '))
    expect(row).toMatch(/^ {2}mirrored +FAIL +- +- +- +q, token 0, head 0, channel 0 is /)
    expect(code).toBe(1)
  })

  test('goals without the backends they need are not measured, and say so', async () => {
    const argv = ['bench', '--goals', '--backend', 'js', '--filter', 'native, 512 tokens, 1 thread']
    const { code, stdout } = await rope(argv)
    expect(lines(stdout)[1]).toMatch(
      /^native, 512 tokens, 1 thread, against in-place scale +at least 0.8x the speed +backend native was not asked for +not measured$/,
    )
    expect(code).toBe(0)
  })

  test('the GPU without a browser says what to do', async () => {
    vi.stubEnv('ROPE_CHROMIUM', '/there/is/no/such/browser')
    const { code, stderr } = await rope(['bench', '--gpu'])
    vi.unstubAllEnvs()
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /no browser at .*; install Chromium or Chrome, or name one in ROPE_CHROMIUM/,
    )
  })

  test.each([
    [['--backend', 'js', 'webgpu'], /backend webgpu is measured by itself, not with backend "js"/],
    [['--backend', 'webgpu', '--goals'], /measured by itself, not with --goals/],
    [['--backend', 'nvidia'], /unknown backend "nvidia"; known backends: .*js/],
    [['--quick', '--filter', 'no such case', '--backend', 'js'], /no group has "no such case"/],
    [['--quick', '--goals'], /cannot be used with option/],
    [['--gpu', 'moon'], /Allowed choices are browser, node/],
    [['--gpu', '--goals'], /cannot be used with option/],
    [['--gpu', '--backend', 'js'], /cannot be used with option/],
    [['--json', '/there/is/no/such/folder/result.json'], /its folder does not exist/],
    [['--quick', '--filter', DECODE, '--backend', 'webgpu'], /backend webgpu is not available/],
  ])('%j is refused in one line', async (argv, message) => {
    const backends = [fake.working()]
    const { code, stderr } = await rope(['bench', ...argv], { backends })
    expect(code).toBe(2)
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(message)
  })
})
