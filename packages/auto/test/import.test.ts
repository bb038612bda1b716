/**
 * Importing does nothing: no backend is loaded, nothing global changes, nothing keeps the process
 * alive, and there is no top-level await, with which `require` would fail.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeProject, NOT_BUILT, ROOT } from './fixtures.js'

const project = NOT_BUILT === null ? makeProject() : undefined
afterAll(() => project?.remove())

/** Prints which global names an import adds, and which files it reads. */
const PROGRAM = `
const fs = require('node:fs')
const before = Object.getOwnPropertyNames(globalThis).join()
const read = []
for (const name of ['readFileSync', 'openSync']) {
  const original = fs[name]
  fs[name] = (path, ...rest) => { read.push(String(path)); return original(path, ...rest) }
}
const report = () => {
  const globals = Object.getOwnPropertyNames(globalThis).join() === before
  process.stdout.write(JSON.stringify({ globals, read, cached: Object.keys(require.cache) }))
}
LOAD
`

const LOADS = {
  import: "import('@rope/auto').then(report)",
  require: "require('@rope/auto'); report()",
} as const

describe.each(Object.entries(LOADS))('%s', (_, load) => {
  test('loads no backend and changes nothing', (context) => {
    if (project === undefined) return context.skip(NOT_BUILT ?? '')
    const program = PROGRAM.replace('LOAD', load)
    const options = { cwd: project.folder, encoding: 'utf8', timeout: 55_000 } as const
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], options)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const { globals, read, cached } = JSON.parse(stdout) as {
      readonly globals: boolean
      readonly read: readonly string[]
      readonly cached: readonly string[]
    }
    expect(globals).toBe(true)
    const backends = ['js', 'native', 'wasm', 'webgpu'].map((name) => join(ROOT, 'packages', name))
    const touched = [...read, ...cached].filter((path) =>
      backends.some((one) => path.startsWith(one)),
    )
    expect(touched).toEqual([])
  })
})
