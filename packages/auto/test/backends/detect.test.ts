/**
 * Looking at a backend from outside: what the door for programs reports, and never throws.
 */
import { describe, expect, test } from 'vitest'
import {
  BACKENDS,
  type BackendEntry,
  cpuBackends,
  detectBackend,
  detectBackends,
  findBackend,
  openBackend,
  portableBackends,
} from '../../src/backends/index.js'
import { entry } from '../fakes.js'

const CPU = cpuBackends(BACKENDS)

function failing(error: unknown): BackendEntry {
  const load = async (): Promise<never> => {
    throw error
  }
  return entry('wasm', { load })
}

function missing(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from rope.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
}

describe('the list', () => {
  test('has js, which is available everywhere', async () => {
    const js = findBackend(BACKENDS, 'js')
    expect(await detectBackend(js)).toMatchObject({ packageName: '@rope/js', available: true })
  })

  test('every entry on the CPU loads or is reported', async () => {
    const found = await detectBackends(CPU)
    expect(found.map(({ name }) => name)).toEqual(CPU.map(({ name }) => name))
  })

  test('says what runs where', () => {
    expect(CPU.map(({ name }) => name)).toEqual(['native', 'wasm', 'js'])
    expect(portableBackends(CPU).map(({ name }) => name)).toEqual(['wasm', 'js'])
  })

  test.each(CPU)('$name makes a backend of one thread and one of all', async (one) => {
    const found = await detectBackend(one)
    if (!found.available) return expect(found.reason).not.toBe('')
    const backends = [
      await found.create({ threads: 'one' }),
      await found.create({ threads: 'all' }),
    ]
    const [alone, all] = backends.map(({ capabilities }) => capabilities.threads)
    expect(alone).toBe(0)
    expect(all).toBeGreaterThanOrEqual(0)
    for (const backend of backends) backend.dispose()
  })

  test('an unknown name is refused with the known ones', () => {
    expect(() => findBackend(BACKENDS, 'cuda', '--backend')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        field: '--backend',
        message: 'unknown backend "cuda"; known backends: native, wasm, js, webgpu',
      }),
    )
  })
})

describe('detectBackend reports instead of throwing', () => {
  test.each([
    [
      'a package that is not installed',
      failing(missing('@rope/wasm')),
      '@rope/wasm is not installed, or a bundler left it out',
      'run: npm install @rope/wasm',
    ],
    [
      'a package whose own dependency is missing',
      failing(missing('left-pad')),
      "@rope/wasm does not load here: Cannot find package 'left-pad' imported from rope.js",
      'run: npm install @rope/wasm',
    ],
    [
      'a package that throws anything at import',
      failing('no reason'),
      '@rope/wasm does not load here: no reason',
      null,
    ],
    [
      'a probe that says no',
      entry('gpu', { probe: () => ({ available: false, reason: 'no adapter', facts: {} }) }),
      'no adapter',
      null,
    ],
    [
      'a probe without a reason',
      entry('gpu', { probe: () => ({ available: false, facts: {} }) }),
      'it gave no reason',
      null,
    ],
  ])('%s', async (_, given, reason, fix) => {
    expect(await detectBackend(given)).toMatchObject({ available: false, reason, fix })
  })

  test('a probe that hangs', async () => {
    const hanging = entry('native', { probe: () => new Promise(() => undefined) })
    const found = await detectBackend(hanging, 20)
    expect(found).toMatchObject({ available: false, reason: 'it did not answer within 20 ms' })
  })
})

describe('openBackend', () => {
  test('creates, and creates another one of the same kind', async () => {
    const opened = await openBackend(entry('one'))
    if (!opened.available) throw new Error(opened.reason)
    expect(opened.backend.name).toBe('one')
    expect(await opened.create()).not.toBe(opened.backend)
  })

  test('reports a backend that cannot be created', async () => {
    const create = (): never => {
      throw new Error('out of handles')
    }
    expect(await openBackend(entry('native', { create }))).toEqual({
      name: 'native',
      available: false,
      reason: 'it could not be created: out of handles',
    })
  })

  test('puts reason and fix into one sentence', async () => {
    expect(await openBackend(failing(missing('@rope/wasm')))).toMatchObject({
      reason:
        '@rope/wasm is not installed, or a bundler left it out; to fix it, run: npm install @rope/wasm',
    })
  })
})
