/**
 * The first example of README.md, in a project that has `npm install @rope/auto` and nothing else:
 * it runs as it is written, prints what it should, and rotates as the eight lines by hand do. What was
 * installed for it, and how big it is, is what the READMEs say.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { probeNative } from '@rope/native'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'
import { makeFolder, run } from '../tools.js'

const FRONT_PAGE = readFileSync(join(ROOT, 'README.md'), 'utf8')
const [, example = '', prints] = /^```ts\n(.*?)^```\n\n```text\n(.*?)^```/ms.exec(FRONT_PAGE) ?? []
const [, byHand = ''] = /^```js\n(.*?)^```/ms.exec(FRONT_PAGE) ?? []
const PACKAGE_PAGE = readFileSync(join(ROOT, 'packages', 'auto', 'README.md'), 'utf8')
const [, installed = ''] = /^\| package \| on disk \|.*?\n.*?\n(.*?)\n\n/ms.exec(PACKAGE_PAGE) ?? []

const { facts } = probeNative()

/**
 * Vectors of ones: a result is the sum of two products, each at most 1. Here each of them is rounded
 * three times by 2^-24 (cos or sin, the product, the sum); by hand their sum, at most 2, is rounded once.
 */
const TOLERANCE = (2 * 3 + 2) * 2 ** -24

const project = makeFolder({
  'package.json': '{ "name": "stranger", "version": "1.0.0", "private": true }',
  '.npmrc': `@rope:registry=${inject('registry')}\n`,
  'example.mjs': example,
  'rotated.mjs': `${example}\nexport { k, q }\n`,
  'compare.mjs': `
    import { k, q } from './rotated.mjs'
    ${byHand}
    const furthest = [[q, 32], [k, 8]].map(([{ data }, heads]) => {
      const own = new Float32Array(data.length).fill(1)
      rotateByHand(own, heads, 4095)
      return own.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0)
    })
    console.log(JSON.stringify({ furthest, turned: q.data.some((value) => value < 0) }))`,
})
afterAll(project.remove)

test('npm installs @rope/auto', () => {
  const install = ['install', '--no-audit', '--no-fund', '@rope/auto']
  const { status, output } = run(project.folder, 'npm', ...install)
  expect(status, output).toBe(0)
})

test('the example uses @rope/auto, and prints what it should', () => {
  expect(example).toContain("import { createRope } from '@rope/auto'")
  const { status, output } = run(project.folder, process.execPath, 'example.mjs')
  expect({ status, output }).toEqual({ status: 0, output: prints })
})

test('it rotates as the eight lines by hand do', () => {
  const { status, output } = run(project.folder, process.execPath, 'compare.mjs')
  expect(status, output).toBe(0)
  const { furthest, turned } = JSON.parse(output.trim().split('\n').at(-1) ?? '')
  expect(turned).toBe(true)
  expect(furthest).toHaveLength(2)
  expect(Math.max(...furthest)).toBeLessThanOrEqual(TOLERANCE)
})

describe('what was installed', () => {
  const modules = join(project.folder, 'node_modules')
  const rows = installed.split('\n').map((line) => line.slice(2, -2).split(' | '))
  const names = rows.map(([name = '']) =>
    name.replaceAll('`', '').replace('<platform>', String(facts.platform)),
  )

  test('are the packages that the README of @rope/auto lists', () => {
    const found = readdirSync(modules).flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`) : name,
    )
    expect(found.filter((name) => !name.startsWith('.')).sort()).toEqual([...names].sort())
  })

  test.each(names.map((name, i) => ({ name, stated: rows[i]?.[1] ?? '' })))(
    '$name takes $stated',
    ({ name, stated }) => {
      const [, limit, number] = /^(at most )?(\d+) kB$/.exec(stated) ?? []
      const size = sizeOf(join(modules, name)) / 1000
      const least = limit === undefined ? 0.95 * Number(number) : 0
      expect(size).toBeGreaterThanOrEqual(least)
      expect(size).toBeLessThanOrEqual(Number(number) * (limit === undefined ? 1.05 : 1))
    },
  )

  test('is as big in all as the front page says', () => {
    const [, packages, megabytes] =
      /will install (\w+) packages, ([\d.]+) MB on disk/.exec(FRONT_PAGE) ?? []
    expect(packages).toBe('eight')
    expect(names).toHaveLength(8)
    const size = sizeOf(modules) / 1e6
    expect(Math.abs(size - Number(megabytes))).toBeLessThanOrEqual(0.05 * size)
    const [, maps] = /Source maps are (\d+) MB of it/.exec(PACKAGE_PAGE) ?? []
    expect(Math.round(sizeOf(modules, '.map') / 1e6)).toBe(Number(maps))
  })
})

/** Bytes of all files below a folder whose names end in a certain way. */
function sizeOf(folder: string, end = ''): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}
