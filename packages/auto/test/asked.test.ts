import { createJsBackend } from '@rope/js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { askedBackends } from '../src/asked.js'
import { BACKENDS } from '../src/backends/registry.js'

afterEach(() => vi.unstubAllEnvs())

function namesOf(choice: Parameters<typeof askedBackends>[0]): readonly string[] | string {
  const asked = askedBackends(choice, BACKENDS)
  return asked === null ? 'nobody' : [asked.source, ...asked.backends.map(({ name }) => name)]
}

describe('who is asked for', () => {
  test('nobody when nothing is said', () => {
    expect(namesOf(undefined)).toBe('nobody')
  })

  test('a name, a list of names, a backend, a list of both', () => {
    expect(namesOf('wasm')).toEqual(['backend', 'wasm'])
    expect(namesOf(['wasm', 'js', 'wasm'])).toEqual(['backend', 'wasm', 'js'])
    expect(namesOf(createJsBackend())).toEqual(['backend', 'js'])
    expect(namesOf([createJsBackend(), 'native'])).toEqual(['backend', 'js', 'native'])
  })

  test('ROPE_BACKEND where no option says otherwise', () => {
    vi.stubEnv('ROPE_BACKEND', 'wasm, js')
    expect(namesOf(undefined)).toEqual(['ROPE_BACKEND', 'wasm', 'js'])
    expect(namesOf('native')).toEqual(['backend', 'native'])
    vi.stubEnv('ROPE_BACKEND', '')
    expect(namesOf(undefined)).toBe('nobody')
  })
})

describe('what is not known is refused, with what is', () => {
  test.each<[string, Parameters<typeof askedBackends>[0]]>([
    ['"cuda"', 'cuda'],
    ['"cuda"', ['js', 'cuda']],
    ['asks for 5;', [5 as never]],
    ['asks for an object with keys a;', { a: 1 } as never],
    ['asks for a function (call it);', (() => undefined) as never],
    ['asks for a Promise: await it;', Promise.resolve() as never],
    ['an empty list', []],
  ])('%s', (given, choice) => {
    const attempt = (): unknown => askedBackends(choice, BACKENDS)
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', field: 'backend' }))
    expect(attempt).toThrow(given)
  })

  test('in ROPE_BACKEND too', () => {
    vi.stubEnv('ROPE_BACKEND', 'cuda')
    expect(() => askedBackends(undefined, BACKENDS)).toThrow(
      "ROPE_BACKEND asks for \"cuda\"; accepted: 'native', 'wasm', 'js' or 'webgpu'",
    )
  })
})
