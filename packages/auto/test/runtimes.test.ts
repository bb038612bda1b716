/**
 * The program of the fixtures, unbundled, on this Node and on the other runtimes that are installed.
 * `node packages/auto/scripts/runtimes.mjs` fetches and runs all of them.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { BITS, makeProject, NOT_BUILT, type Story } from './fixtures.js'

const COMMAND = 'node packages/auto/scripts/runtimes.mjs'

/** A runtime, and what it wants before the program. */
interface Runtime {
  readonly name: string
  /** Undefined when it is not installed. */
  readonly binary: string | undefined
  readonly args: readonly string[]
}

function find(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

const PERMISSIONS = ['--allow-read', '--allow-env', '--allow-ffi', '--allow-sys']

const RUNTIMES: readonly Runtime[] = [
  { name: 'Node', binary: process.execPath, args: ['app/main.js'] },
  { name: 'Node, CommonJS', binary: process.execPath, args: ['app/main.cjs'] },
  { name: 'Bun', binary: find('bun'), args: ['run', 'app/main.js'] },
  { name: 'Deno', binary: find('deno'), args: ['run', ...PERMISSIONS, 'app/main.js'] },
  {
    name: 'Deno without permissions',
    binary: find('deno'),
    args: ['run', '--no-prompt', 'app/main.js'],
  },
]

const project = NOT_BUILT === null ? makeProject() : undefined
afterAll(() => project?.remove())

describe.each(RUNTIMES)('$name', ({ name, binary, args }) => {
  test('computes the same bits', (context) => {
    if (project === undefined) return context.skip(NOT_BUILT ?? '')
    if (binary === undefined)
      return context.skip(`${name} is not installed; to try it, run: ${COMMAND}`)
    const options = { cwd: project.folder, encoding: 'utf8' } as const
    const story = JSON.parse(execFileSync(binary, args, options)) as Story
    expect(story.bits).toEqual(BITS)
    expect(story.backends.find((one) => one.name === 'js')).toMatchObject({ selfTest: 'passed' })
  })
})
