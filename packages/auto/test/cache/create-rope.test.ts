/**
 * The cache as a rope meets it: kept in a file, and whatever is wrong with it is a debug line.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type AutoOptions, createRope } from '../../src/index.js'
import { CONFIG, entry, madeUpClock, paced } from '../fakes.js'

const root = mkdtempSync(join(tmpdir(), 'rope cache '))
afterAll(() => rmSync(root, { recursive: true }))

const DAY = 24 * 60 * 60 * 1000
const NOW = Date.UTC(2026, 0, 1)
const PACE = { overhead: 1, rate: 9000 }

/** Where the costs of a call came from, how long measuring took, and what was said about it. */
async function visit(cache: string, options: AutoOptions = {}) {
  const clock = madeUpClock()
  const lines: string[] = []
  const rope = await createRope(CONFIG, {
    backends: ['a', 'b'].map((name) => entry(name, paced(name, clock, PACE))),
    clock,
    cache,
    now: () => NOW,
    debug: (line) => lines.push(line),
    ...options,
  })
  const { calibration } = rope.explain({ tokens: 1, heads: { q: 1 } })
  rope.dispose()
  return { source: calibration.source, spent: calibration.spent, lines }
}

function folder(name: string, text?: string): { readonly path: string; readonly file: string } {
  const path = mkdtempSync(join(root, `${name} `))
  const file = join(path, 'calibration.json')
  if (text !== undefined) writeFileSync(file, text)
  return { path, file }
}

test('the first visit measures, the second one does not', async () => {
  const { path, file } = folder('kept')
  const first = await visit(path)
  expect(first).toMatchObject({ source: 'measured', lines: [] })
  expect(first.spent).toBeGreaterThan(0)
  const text = readFileSync(file, 'utf8')
  expect(await visit(path)).toEqual({ source: 'cache', spent: 0, lines: [] })
  expect(readFileSync(file, 'utf8')).toBe(text)
})

test('the same backends with other facts are measured anew', async () => {
  const { path } = folder('others')
  await visit(path)
  const clock = madeUpClock()
  const backends = ['a', 'b'].map((name) =>
    entry(name, {
      create: () => paced(name, clock, PACE),
      probe: () => ({ available: true, facts: { threads: 7 } }),
    }),
  )
  const changed = await visit(path, { backends, clock })
  expect(changed.source).toBe('measured')
  expect(changed.lines).toEqual([
    expect.stringMatching(/it has no entry for this machine with these versions$/),
  ])
  expect((await visit(path)).source).toBe('cache')
})

test('it is not used, nor written, where nothing is to be measured', async () => {
  const { path, file } = folder('unused')
  expect((await visit(path, { calibrate: false })).source).toBe('off')
  expect((await visit(path, { backend: ['a', 'b'] })).source).toBeNull()
  expect(() => readFileSync(file)).toThrow('ENOENT')
})

describe('a cache is ignored, with a debug line, that', () => {
  test('is corrupt; it is replaced', async () => {
    const { path, file } = folder('corrupt', '{ "format": 1, "entries": {')
    const { source, lines } = await visit(path)
    expect(source).toBe('measured')
    expect(lines).toEqual([`ignored the calibration cache ${file}: it is corrupt: not JSON`])
    expect((await visit(path)).source).toBe('cache')
  })

  test('is stale; it is replaced', async () => {
    const { path, file } = folder('stale')
    await visit(path)
    const later = { now: () => NOW + 31 * DAY }
    const { source, lines } = await visit(path, later)
    expect(source).toBe('measured')
    expect(lines).toEqual([
      `ignored the calibration cache ${file}: it is stale: measured 31 days ago`,
    ])
    expect((await visit(path, later)).source).toBe('cache')
  })

  test('was written by a newer version; it is left as it is', async () => {
    const text = '{ "format": 2, "machines": ["of tomorrow"] }'
    const { path, file } = folder('newer', text)
    const { source, lines } = await visit(path)
    expect(source).toBe('measured')
    expect(lines[0]).toBe(
      `ignored the calibration cache ${file}: it was written by a newer version (format 2; this one reads 1)`,
    )
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('cannot be written', async () => {
    const { file } = folder('unwritable', 'a file where the folder would be')
    const { source, lines } = await visit(file)
    expect(source).toBe('measured')
    expect(lines.at(-1)).toMatch(/^ignored the calibration cache .*: it cannot be written: /)
  })
})
