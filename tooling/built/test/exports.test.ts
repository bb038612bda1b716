/**
 * The built packages as a stranger's project meets them: every public name can be imported and
 * required, has declarations for both, and rotates.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { makeProject, publicNames } from './project.js'

const project = makeProject()
afterAll(project.remove)

/** Runs a program that must end well, and returns what it prints. */
function output(name: string, text: string): string {
  const { status, stdout, stderr } = project.run(name, text)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trim()
}

const fileOf = (name: string): string => name.replaceAll('/', '-')

const complaints = project.compile(
  Object.fromEntries(
    publicNames().flatMap((name) => [
      [`${fileOf(name)}.mts`, `import * as library from '${name}'\nexport const used = library\n`],
      [`${fileOf(name)}.cts`, `import library = require('${name}')\nexport const used = library\n`],
      [
        `${fileOf(name)}-no.mts`,
        `import { notThere } from '${name}'\nexport const used = notThere\n`,
      ],
      [`${fileOf(name)}-no.cts`, `import library = require('${name}')\nlibrary.notThere\n`],
    ]),
  ),
)

describe.each(publicNames())('%s', (name) => {
  const file = fileOf(name)

  test('import and require give the same names', () => {
    const print = 'console.log(Object.keys(library).sort().join())'
    const imported = output(`${file}.mjs`, `import * as library from '${name}'\n${print}`)
    const required = output(`${file}.cjs`, `const library = require('${name}')\n${print}`)
    expect(imported).not.toBe('')
    expect(required).toBe(imported)
  })

  test.each(['mts', 'cts'])('a strict compiler accepts its declarations in a .%s file', (kind) => {
    expect(complaints[`${file}.${kind}`]).toEqual([])
  })

  test.each(['mts', 'cts'])('and they do say something there: not every name exists', (kind) => {
    expect(complaints[`${file}-no.${kind}`]).toEqual([expect.stringContaining('notThere')])
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
    const imports = `
      import { createRope } from '@rope/core'
      import { createJsBackend } from '@rope/js'`
    expect(output('rotate.mjs', imports + program)).toBe(expected)
  })

  test('as CommonJS', () => {
    const requires = `
      const { createRope } = require('@rope/core')
      const { createJsBackend } = require('@rope/js')`
    expect(output('rotate.cjs', requires + program)).toBe(expected)
  })
})

test('an error of one format is recognised by the other', () => {
  const text = `
    import { RopeError } from '@rope/core'
    import { createRequire } from 'node:module'
    const other = createRequire(import.meta.url)('@rope/core')
    const error = new other.RopeError('DISPOSED', 'gone')
    console.log(error instanceof RopeError, RopeError.isInstance(error))`
  expect(output('errors.mjs', text)).toBe('false true')
})

test('all entries of a package share one error class', () => {
  const text = `
    import { RopeError } from '@rope/core'
    import { parseSafetensors } from '@rope/core/safetensors'
    try {
      parseSafetensors(new Uint8Array(1))
    } catch (error) {
      console.log(error instanceof RopeError)
    }`
  expect(output('one-class.mjs', text)).toBe('true')
})

test('@rope/wasm/external finds its modules and its worker script beside itself', () => {
  const program = `
    import { createWasmBackend } from '@rope/wasm/external'
    for (const threads of [0, 2]) {
      const backend = await createWasmBackend({ threads })
      console.log(backend.capabilities.threads)
      backend.dispose()
    }`
  expect(output('external.mjs', program)).toBe('0\n2')
})
