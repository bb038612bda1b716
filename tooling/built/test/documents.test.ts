/**
 * Every TypeScript example in the documents compiles under a strict compiler and runs against the
 * built packages; where a block of text follows an example, that is what it prints.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { builtCommand, listPackages, ROOT } from '../../setup/workspace.mjs'
import { makeProject } from './project.js'

interface Example {
  readonly name: string
  readonly code: string
  /** What it prints; undefined when the document does not say. */
  readonly prints: string | undefined
}

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...listPackages(ROOT).map(({ folder }) => relative(ROOT, join(folder, 'README.md'))),
].filter((path) => existsSync(join(ROOT, path)))

const project = makeProject()
afterAll(project.remove)

const EXAMPLES = DOCUMENTS.flatMap(examplesOf)
const complaints = project.compile(
  Object.fromEntries(EXAMPLES.map(({ name, code }) => [`${name}.mts`, code])),
)

function examplesOf(document: string): Example[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```)?/gms)]
  const stem = document.replaceAll(/[/\\.]/g, '-')
  return blocks.map(([, code = '', prints], i) => ({ name: `${stem}-${i + 1}`, code, prints }))
}

test('the front page has an example of at most ten lines, and says what it prints', () => {
  const [first] = examplesOf('README.md')
  expect(first?.prints).toBeDefined()
  expect(first?.code.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10)
})

describe.each(EXAMPLES)('$name', ({ name, prints }) => {
  test('compiles', () => {
    expect(complaints[`${name}.mts`]).toEqual([])
  })

  test('runs', () => {
    const { status, stdout, stderr } = project.run(`${name}.mjs`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(prints ?? stdout)
  })
})

test('the backend that is shown whole passes the whole suite, by the command that core names', () => {
  const own = EXAMPLES.find(({ code }) => code.includes('export function createMyBackend'))
  const file = join(project.folder, `${own?.name}.mjs`)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [builtCommand('@rope/cli'), 'verify', '--module', file, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const [report] = JSON.parse(stdout).backends
  expect(report).toMatchObject({ name: 'mine', available: true, failed: 0 })
  // It does one dtype of four, and all that there is to do in it.
  expect(report.passed).toBeGreaterThan(report.cases / 4)
})

test.each(DOCUMENTS)('the links of %s lead somewhere', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path)
  const broken = links.filter((path) => !existsSync(join(ROOT, document, '..', path)))
  expect(broken).toEqual([])
})
