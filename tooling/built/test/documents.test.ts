/**
 * Every TypeScript example in the documents compiles under a strict compiler and runs against the
 * built packages; where a block of text follows an example, that is what it prints.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compile, makeProject, ROOT, runProgram } from './project.js'

interface Example {
  readonly code: string
  /** What it prints; undefined when the document does not say. */
  readonly prints: string | undefined
}

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(group, name, 'README.md')),
  ),
].filter((path) => existsSync(join(ROOT, path)))

const project = makeProject()
afterAll(project.remove)

function examplesOf(document: string): Example[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```)?/gms)]
  return blocks.map(([, code = '', prints]) => ({ code, prints }))
}

test('the front page has an example of at most ten lines, with what it prints', () => {
  const [first] = examplesOf('README.md')
  expect(first?.prints).toBeDefined()
  expect(first?.code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(
    10,
  )
})

describe.each(DOCUMENTS)('%s', (document) => {
  const examples = examplesOf(document)

  test('says what it is about, and every example compiles and runs', () => {
    expect(readFileSync(join(ROOT, document), 'utf8')).toMatch(/^# \S/)
    examples.forEach(({ code, prints }, index) => {
      const name = `${document.replaceAll(/[/.]/g, '-')}-${index}`
      expect(compile(project, { [`${name}.mts`]: code })).toEqual([])
      const { status, stdout, stderr } = runProgram(project, `${name}.mjs`)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      if (prints !== undefined) expect(stdout).toBe(prints)
    })
  })
})
