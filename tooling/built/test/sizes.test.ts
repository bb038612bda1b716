/**
 * What a page pays: every entry of every public package, and some usual programs, within a budget;
 * and the READMEs state what is measured here.
 */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'
import { isHonest, measureSize, sizeRows, statedSizes } from '../sizes.mjs'

const ROWS = sizeRows()
const HINT = 'to write the tables anew, run: node tooling/built/sizes.mjs'

test.each(ROWS)('$name', async (row) => {
  const { atLoad, later } = await measureSize(row)
  expect(atLoad).toBeGreaterThan(0.1)
  expect(atLoad).toBeLessThanOrEqual(row.most)
  const stated = statedSizes(readFileSync(row.readme, 'utf8')).get(row.name)
  expect(stated?.most, HINT).toBe(row.most)
  expect(isHonest(stated?.atLoad ?? Number.NaN, atLoad), `${atLoad} kB; ${HINT}`).toBe(true)
  expect(isHonest(stated?.later ?? Number.NaN, later), `${later} kB later; ${HINT}`).toBe(true)
})

const READMES = new Set(ROWS.map(({ readme }) => relative(ROOT, readme)))

test.each([...READMES])('%s states these sizes and no others', (path) => {
  const readme = join(ROOT, path)
  const names = ROWS.filter((row) => row.readme === readme).map(({ name }) => name)
  expect([...statedSizes(readFileSync(readme, 'utf8')).keys()]).toEqual(names)
})

test('the front page says what a page loads, as the README of @rope/auto does', () => {
  const row = ROWS.find(({ name }) => name === '`createRope` of `@rope/auto`')
  const stated = statedSizes(readFileSync(row?.readme ?? '', 'utf8')).get(row?.name ?? '')
  const [, size] =
    /A page loads ([\d.]+) kB/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
  expect(Number(size)).toBe(stated?.atLoad)
})

test.each([
  [10, 10.5, true],
  [10, 10.6, false],
  [0.3, 0.34, true],
  [0.3, 0.36, false],
  [Number.NaN, 1, false],
])('to state %d kB where there are %d kB is honest: %s', (stated, measured, honest) => {
  expect(isHonest(stated, measured)).toBe(honest)
})
