/**
 * An old Node gets one clear line. The files that say it must parse there, so they hold no syntax
 * that a compiler would have to translate for it.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { nodeProblem } from '../node-version.cjs'

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

describe('nodeProblem', () => {
  test.each(['20.19.0', '20.19.5', '20.20.2', '21.0.0', '22.12.0', '100.0.0'])(
    '%s will do',
    (version) => {
      expect(nodeProblem(version, '>=20.19')).toBe('')
    },
  )

  test.each(['20.18.3', '20.2.0', '19.99.0', '8.17.0', '0.12.18'])('%s is too old', (version) => {
    const problem = nodeProblem(version, '>=20.19')
    expect(problem).toContain('20.19 or later')
    expect(problem).toContain(version)
    expect(problem).not.toContain('\n')
  })
})

test('main.cjs on an old Node says that line, and nothing else', () => {
  const script = `
    Object.defineProperty(process.versions, 'node', { value: '18.20.8' })
    require(${JSON.stringify(path('main.cjs'))})`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, '--', 'test'])
  expect(status).toBe(1)
  expect(stdout.toString()).toBe('')
  expect(stderr.toString()).toBe(`${nodeProblem('18.20.8', '>=20.19')}\n`)
})

test.each(['main.cjs', 'node-version.cjs'])('%s is written in the oldest syntax', (name) => {
  const text = readFileSync(path(name), 'utf8')
  const compiled = (target: ts.ScriptTarget): string =>
    ts.transpileModule(text, { compilerOptions: { target, module: ts.ModuleKind.None } }).outputText
  expect(compiled(ts.ScriptTarget.ES5)).toBe(compiled(ts.ScriptTarget.ESNext))
})
