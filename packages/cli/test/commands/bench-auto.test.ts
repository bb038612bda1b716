/**
 * `rope bench --auto`: what it prints, writes and refuses. Times are never looked at.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AutoResult } from '@rope/bench/auto'
import { SUITE_VERSION } from '@rope/core/conformance'
import { describe, expect, test } from 'vitest'
import * as fake from '../fake-backends.js'
import { lines, rope, temporaryFolder } from '../helpers.js'

const CELL = 'llama-3-8b/1/float32/half/bshd/in-place/foreign'

describe('rope bench --auto', () => {
  test('prints a line per cell and the three numbers, and writes the result', async () => {
    const file = join(temporaryFolder(), 'auto.json')
    const argv = ['bench', '--auto', '--quick', '--filter', CELL, '--json', file]
    const backends = [fake.working('other'), fake.working()]
    const { code, stdout, stderr } = await rope(argv, { backends })
    expect([code, stderr]).toEqual([0, ''])
    const [head, cell] = lines(stdout)
    expect(head).toMatch(/^over the best +front door +chosen +best +call$/)
    expect(cell).toMatch(
      /^ +\d+\.\d\d +\d+\.\d\d +(js|other) +(js|other) +llama-3-8b, .* in place, ordinary memory$/,
    )
    for (const what of ['bound.rotate(position)', 'step.rotate({ q, k })']) {
      expect(lines(stdout).some((line) => line.startsWith(what) && line.includes(' us ['))).toBe(
        true,
      )
    }
    expect(stdout).toMatch(/^cells in which .* at least 99 % +\d+(\.\d+)? % +(not )?met$/m)
    expect(stdout).toMatch(/^the worst choice, .* at most 1\.3x +[\d.]+ x +(not )?met$/m)
    expect(stdout).toMatch(/^a call through the front door .* at most 0\.15 us .* (not )?met$/m)
    const result = JSON.parse(readFileSync(file, 'utf8')) as AutoResult
    expect(result.cells.map(({ id }) => id)).toEqual([CELL])
    expect(Object.keys(result.packages)).toEqual(
      expect.arrayContaining(['@rope/cli', '@rope/auto', '@rope/core']),
    )
    expect(result.suiteVersion).toBe(SUITE_VERSION)
  })

  test.each([
    [['--goals'], /cannot be used with option/],
    [['--peers'], /cannot be used with option/],
    [['--backend', 'nvidia'], /unknown backend "nvidia"/],
    [['--backend', 'wasm'], /backend wasm is not available: @rope\/wasm is not installed/],
    [['--json', '/there/is/no/such/folder/result.json'], /its folder does not exist/],
  ])('%j is refused in one line', async (argv, message) => {
    const backends = [fake.missing('wasm'), fake.working()]
    const { code, stdout, stderr } = await rope(['bench', '--auto', '--quick', ...argv], {
      backends,
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(message)
  })

  test('a filter that keeps nothing is a mistake', async () => {
    const argv = ['bench', '--auto', '--quick', '--filter', 'no such cell']
    const { code, stderr } = await rope(argv, { backends: [fake.working()] })
    expect(code).toBe(2)
    expect(stderr).toMatch(/no cell has "no such cell" in its id or title/)
  })
})
