import { createJsBackend } from '@rope/js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BACKENDS } from '../src/backends/registry.js'
import { selectBackends } from '../src/selection.js'

afterEach(() => vi.unstubAllEnvs())

function namesOf(choice: Parameters<typeof selectBackends>[0]): readonly string[] | string {
  const selection = selectBackends(choice, BACKENDS)
  return selection.kind === 'measured'
    ? 'measured'
    : [selection.source, ...selection.members.map(({ name }) => name)]
}

describe('who may be chosen', () => {
  test('everybody when nothing is said', () => {
    expect(namesOf(undefined)).toBe('measured')
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
    expect(namesOf(undefined)).toBe('measured')
  })
})

describe('what is not known is refused, with what is', () => {
  test.each<[string, Parameters<typeof selectBackends>[0]]>([
    ['"cuda"', 'cuda'],
    ['"cuda"', ['js', 'cuda']],
    ['a number', [5 as unknown as string]],
    ['an empty list', []],
  ])('%s', (given, choice) => {
    const attempt = (): unknown => selectBackends(choice, BACKENDS)
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', field: 'backend' }))
    expect(attempt).toThrow(given)
  })

  test('in ROPE_BACKEND too', () => {
    vi.stubEnv('ROPE_BACKEND', 'cuda')
    expect(() => selectBackends(undefined, BACKENDS)).toThrow(
      "ROPE_BACKEND asks for \"cuda\"; accepted: 'native', 'wasm', 'js' or 'webgpu'",
    )
  })
})
