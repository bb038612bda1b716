/**
 * The built packages as a stranger's project meets them: every public name can be imported and
 * required, has declarations for both, and rotates.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compile, makeProject, publicNames, runProgram } from './project.js'

const project = makeProject()
afterAll(project.remove)

/** Writes a program, runs it, and returns what it prints. */
function output(name: string, text: string): string {
  writeFileSync(join(project.folder, name), text)
  const { stderr, stdout } = runProgram(project, name)
  expect(stderr).toBe('')
  return stdout.trim()
}

describe.each(publicNames())('%s', (name) => {
  const file = name.replaceAll('/', '-')

  test('import and require give the same names', () => {
    const print = 'console.log(Object.keys(library).sort().join())'
    const imported = output(`${file}.mjs`, `import * as library from '${name}'\n${print}`)
    const required = output(`${file}.cjs`, `const library = require('${name}')\n${print}`)
    expect(imported).not.toBe('')
    expect(required).toBe(imported)
  })

  test('both have declarations that a strict compiler accepts', () => {
    const complaints = compile(project, {
      [`${file}-import.mts`]: `import * as library from '${name}'\nexport const names: string[] = Object.keys(library)\n`,
      [`${file}-require.cts`]: `import library = require('${name}')\nexport const names: string[] = Object.keys(library)\n`,
    })
    expect(complaints).toEqual([])
  })

  test('a name that is not there is a compile error, so the declarations do say something', () => {
    const complaints = compile(project, {
      [`${file}-wrong.mts`]: `import { nothingOfThisName } from '${name}'\nnothingOfThisName()\n`,
    })
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain('nothingOfThisName')
  })
})

describe('a rotation by one radian', () => {
  const program = `
    const rope = createRope(
      { headDim: 2, pairing: 'half', schedule: { type: 'default', base: 10000 } },
      { backend: createJsBackend(), layout: 'bshd' },
    )
    const data = new Float32Array([1, 0])
    rope.rotate({ q: { data, shape: [1, 1, 1, 2] }, positions: 1 })
    console.log(data.join())`
  const expected = [Math.cos(1), Math.sin(1)].map(Math.fround).join()

  test('as ES modules', () => {
    const imports =
      "import { createRope } from '@rope/core'\nimport { createJsBackend } from '@rope/js'"
    expect(output('rotate.mjs', imports + program)).toBe(expected)
  })

  test('as CommonJS', () => {
    const requires =
      "const { createRope } = require('@rope/core')\nconst { createJsBackend } = require('@rope/js')"
    expect(output('rotate.cjs', requires + program)).toBe(expected)
  })

  test('errors are recognised across the two', () => {
    const text = `
      import { RopeError } from '@rope/core'
      import { createRequire } from 'node:module'
      const other = createRequire(import.meta.url)('@rope/core')
      console.log(other.RopeError === RopeError, RopeError.isInstance(new other.RopeError('DISPOSED', '')))`
    expect(output('errors.mjs', text)).toBe('false true')
  })
})
