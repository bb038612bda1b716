/**
 * The codes of errors: the README has each of them, once, and no other.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { RopeError, type RopeErrorCode } from '../src/errors.js'

/** Every code of the type: a code more or less does not compile. */
const CODES: Readonly<Record<RopeErrorCode, true>> = {
  INVALID_OPTION: true,
  INVALID_CONFIG: true,
  UNKNOWN_SCHEDULE: true,
  INVALID_TENSOR: true,
  INVALID_POSITIONS: true,
  ALIASING: true,
  UNSUPPORTED: true,
  UNAVAILABLE: true,
  BACKEND_FAILED: true,
  DISPOSED: true,
  INVALID_FILE: true,
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The codes that the source declares, read from its text. */
function declaredCodes(): readonly string[] {
  const [, list = ''] = /type RopeErrorCode =([\s\S]*?)\n\n/.exec(read('../src/errors.ts')) ?? []
  return [...list.matchAll(/\| '([A-Z_]+)'/g)].map(([, code]) => code as string)
}

describe('the codes in the README', () => {
  const [, section = ''] = /\n## Errors\n([\s\S]*?)\n## /.exec(read('../README.md')) ?? []
  const rows = [...section.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)]

  test('are those of the type, in its order, each said once', () => {
    const declared = declaredCodes()
    expect(declared).toHaveLength(Object.keys(CODES).length)
    expect(rows.map(([, code]) => code)).toEqual(declared)
    expect([...declared].sort()).toEqual(Object.keys(CODES).sort())
  })

  test('each say when they are thrown', () => {
    for (const [, code, when = ''] of rows) expect(when.length, code).toBeGreaterThan(20)
  })

  test('stand beside isInstance', () => {
    expect(section).toContain('RopeError.isInstance(error)')
    expectTypeOf<keyof typeof CODES>().toEqualTypeOf<RopeErrorCode>()
  })
})

test('isInstance knows errors of another copy of the package', () => {
  const error = new RopeError('DISPOSED', 'gone')
  const foreign = Object.assign(new Error('gone'), { [Symbol.for('rope.error')]: true })
  expect(RopeError.isInstance(error)).toBe(true)
  expect(RopeError.isInstance(foreign)).toBe(true)
  expect(RopeError.isInstance(new Error('gone'))).toBe(false)
  expect(RopeError.isInstance('gone')).toBe(false)
})
