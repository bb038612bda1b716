/**
 * `rope verify --module`: the suite on anybody's backend, and one line for whatever is wrong with
 * the module.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conformanceCases } from '@rope/core/conformance'
import { describe, expect, test } from 'vitest'
import { openModule } from '../src/backend-module.js'
import { lines, rope, temporaryFolder } from './helpers.js'

/** Cases of dense float32 tensors, in place: all that the backend below can do. */
const FILTER = 'values/half/float32/bshd/window=leading'

/** A backend in plain JavaScript; `SIN` is what it does to the sine. */
const BACKEND = `
  const SIN = 1
  function rotate(plan, view, i, rotation) {
    const { heads, source: s } = plan.operands[i]
    for (let b = 0; b < plan.batch; b++) for (let t = 0; t < plan.tokens; t++) for (let h = 0; h < heads; h++) {
      const row = (b * rotation.batchStride + t) * plan.pairs
      for (let p = 0; p < plan.pairs; p++) {
        const at = view.sourceOffset + b * s.batch + t * s.token + h * s.head
          + (plan.windowOffset + p * plan.pairing.step) * s.channel
        const other = at + plan.pairing.partner * s.channel
        const cos = rotation.cos[row + p], sin = SIN * plan.direction * rotation.sin[row + p]
        const x = view.source[at], y = view.source[other]
        view.target[at] = Math.fround(x * cos) - Math.fround(y * sin)
        view.target[other] = Math.fround(y * cos) + Math.fround(x * sin)
      }
    }
  }
  const backend = () => ({
    specVersion: 1, name: 'mine', device: 'cpu',
    capabilities: { dtypes: ['float32'], threads: 0, isa: null, maxElements: Infinity, sharedMemory: true },
    supports: () => ({ ok: true }),
    compile: (plan) => ({
      run: ({ views, rotation }) => views.forEach((view, i) => rotate(plan, view, i, rotation)),
    }),
    dispose: () => {},
  })`

function moduleFile(text: string, name = 'mine.mjs'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

const verify = (...argv: readonly string[]): ReturnType<typeof rope> =>
  rope(['verify', '--filter', FILTER, ...argv])

describe('a module that exports a function', () => {
  test.each([
    ['createBackend', 'mine.mjs', 'export const createBackend = backend'],
    [
      'createBackend beside others',
      'mine.mjs',
      'export const createBackend = backend, createABackend = 1',
    ],
    ['that is asynchronous', 'mine.mjs', 'export const createBackend = async () => backend()'],
    ['default', 'mine.mjs', 'export default backend'],
    [
      'the only createXBackend',
      'mine.mjs',
      'export const createMyBackend = backend, createCache = 1',
    ],
    ['module.exports', 'mine.cjs', 'module.exports = backend'],
    [
      'module.exports.createBackend',
      'mine.cjs',
      'module.exports = { ...{ createBackend: backend } }',
    ],
    ['exports.createMyBackend', 'mine.cjs', 'exports.createMyBackend = backend'],
    ['a default object', 'mine.mjs', 'export default { createMyBackend: backend }'],
  ])('%s', async (_, name, end) => {
    const { code, stdout, stderr } = await verify(
      '--module',
      moduleFile(`${BACKEND}\n${end}`, name),
    )
    expect(stderr).toBe('')
    const cases = conformanceCases((id) => id.includes(FILTER)).length
    expect(lines(stdout)[0]).toBe(`mine  ${cases} cases`)
    expect(stdout).toMatch(/^ {2}ok: [1-9]\d* passed, 0 failed/m)
    expect(code).toBe(0)
  })

  test('has the report of every backend, beside those that are named', async () => {
    const path = moduleFile(`${BACKEND}\nexport default backend`)
    const { code, stdout } = await verify('--module', path, '--backend', 'js', '--json')
    const { backends } = JSON.parse(stdout)
    expect(backends.map(({ name }: { name: string }) => name)).toEqual(['js', 'mine'])
    expect(Object.keys(backends[1])).toEqual(Object.keys(backends[0]))
    expect(backends[1].passed).toBe(backends[1].cases)
    expect(code).toBe(0)
  })

  test('is named with its failures when it is wrong', async () => {
    const text = BACKEND.replace('const SIN = 1', 'const SIN = -1')
    const { code, stdout } = await verify('--module', moduleFile(`${text}\nexport default backend`))
    expect(code).toBe(1)
    expect(stdout).toMatch(/^ {2}FAILED values\/half\/float32\/bshd\/window=leading/m)
  })

  test('is found by a path from where the user stands, or as a package installed there', async () => {
    const folder = temporaryFolder()
    const home = join(folder, 'node_modules', 'my-rope')
    mkdirSync(home, { recursive: true })
    writeFileSync(join(folder, 'plain.cjs'), `${BACKEND}\nmodule.exports = backend`)
    writeFileSync(join(home, 'index.js'), `${BACKEND}\nmodule.exports = backend`)
    writeFileSync(join(home, 'package.json'), '{ "name": "my-rope", "main": "index.js" }')
    for (const given of ['plain.cjs', './plain.cjs', 'my-rope']) {
      expect((await openModule(given, folder)).backend.name).toBe('mine')
    }
  })

  test('makes another backend for the cases that dispose one', async () => {
    const { backend, create } = await openModule(
      moduleFile(`${BACKEND}\nexport default backend`),
      '/',
    )
    expect(await create()).not.toBe(backend)
  })
})

describe('a module that is wrong is one line and exit code 2', () => {
  const made = (text: string): string => `export default () => (${text})`
  const changed = (change: string): string =>
    `${BACKEND}\nexport default () => ({ ...backend(), ${change} })`
  test.each<[string, string, RegExp]>([
    ['does not parse', 'export const = 1', /did not load: .*mine\.mjs:1/],
    ['throws while it loads', 'throw new Error("no luck")', /did not load: Error: no luck/],
    ['imports what is not there', 'import "not-there-at-all"', /did not load: .*not-there-at-all/],
    [
      'is empty',
      '',
      /exports no function that creates a backend \(it exports nothing\); export one/,
    ],
    ['exports something else', 'export const answer = 42', /\(it exports answer\)/],
    ['exports a value by the name', 'export const createBackend = {}', /exports no function/],
    [
      'exports two and means one',
      'export const createABackend = () => 1, createBBackend = () => 2',
      /exports createABackend and createBBackend; export the one that is meant as createBackend/,
    ],
    [
      'throws in its function',
      'export default () => { throw new Error("out of handles") }',
      /its default export threw Error: out of handles/,
    ],
    [
      'rejects',
      'export const createBackend = async () => { throw null }',
      /createBackend threw null/,
    ],
    [
      'is a class',
      'export default class {}',
      /its default export threw TypeError: Class constructor/,
    ],
    [
      'returns nothing',
      made('undefined'),
      /gave no backend: its default export returned undefined/,
    ],
    ['returns a function', made('() => 1'), /returned a function/],
    ['returns a text', made('"native"'), /returned "native"/],
    [
      'returns an empty object',
      made('{}'),
      /returned specVersion undefined; this suite is for specVersion 1/,
    ],
    ['is of another version', changed('specVersion: 2'), /returned specVersion 2/],
    ['has no name', changed('name: ""'), /returned name ""/],
    [
      'is for another device',
      changed('device: "tpu"'),
      /returned device "tpu"; accepted: "cpu" or "gpu"/,
    ],
    ['has no capabilities', changed('capabilities: undefined'), /no capabilities\.dtypes/],
    [
      'has dtypes that are no list',
      changed('capabilities: { dtypes: "float32" }'),
      /no capabilities\.dtypes/,
    ],
    ['lacks a method', changed('compile: undefined'), /returned no method compile/],
    [
      'throws when it is looked at',
      changed('get device() { throw new Error("away") }'),
      /threw Error: away/,
    ],
    [
      'cannot be disposed of',
      changed('dispose() { throw new Error("stuck") }'),
      /mine could not be disposed of: stuck/,
    ],
  ])('%s', async (_, text, message) => {
    const { code, stdout, stderr } = await verify('--module', moduleFile(text), '--json')
    expect([code, stdout]).toEqual([2, ''])
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(message)
  })

  test.each([
    ['./not-there.mjs', /is not there: no file ".*not-there\.mjs"; give the path of a module/],
    ['not-there.js', /is not there: no file/],
    ['', /is not there/],
    ['no-such-package', /is neither a file nor a package that can be found from/],
    ['.', /is not there/],
  ])('%j', async (given, message) => {
    const { code, stdout, stderr } = await verify('--module', given)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  test('one that never answers is given up', async () => {
    const path = moduleFile('export default () => new Promise(() => {})')
    await expect(openModule(path, '/', 50)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/did not give its backend within 0\.05 s/),
    })
  })
})
