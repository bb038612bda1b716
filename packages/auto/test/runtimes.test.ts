/**
 * The program of the fixtures, unbundled, on this Node, and on the other runtimes: they have to
 * compute what this Node does. Those are fetched from the npm registry once; where that is not
 * possible their tests are left out, and say why.
 */
import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { BITS, makeProject, NOT_BUILT, type Story } from './fixtures.js'

const SCRIPT = fileURLToPath(new URL('../scripts/runtimes.mjs', import.meta.url))

/** The exit code for a runtime that could not be had. */
const ABSENT = 3

const project = NOT_BUILT === null ? makeProject() : undefined
afterAll(() => project?.remove())

describe('this Node computes the same bits', () => {
  test.each([
    ['an ES module', 'app/main.js'],
    ['CommonJS', 'app/main.cjs'],
  ])('as %s', (_, program) => {
    if (project === undefined) throw new Error(NOT_BUILT ?? '')
    const options = { cwd: project.folder, encoding: 'utf8' } as const
    const story = JSON.parse(execFileSync(process.execPath, [program], options)) as Story
    expect(story.bits).toEqual(BITS)
    expect(story.backends.find((one) => one.name === 'js')).toMatchObject({ selfTest: 'passed' })
  })
})

interface Outcome {
  readonly code: number
  readonly line: string
}

function runOn(name: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, name], { encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, line: stdout.trim() || stderr.trim() })
    })
  })
}

/** Enough to fetch a binary of a hundred megabytes. */
const PATIENCE = 300_000

const NAMES = ['node22', 'node24', 'bun', 'deno', 'deno without permissions'] as const

describe.each(NAMES)('%s', (name) => {
  test('computes what this Node does', { timeout: PATIENCE }, async (context) => {
    const { code, line } = await runOn(name)
    if (code === ABSENT) return context.skip(line)
    expect(line).toMatch(new RegExp(`^ok +${name}: chose `))
    expect(code).toBe(0)
  })
})
