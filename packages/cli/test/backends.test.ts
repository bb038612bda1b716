import { describe, expect, test } from 'vitest'
import {
  BACKENDS,
  createBackend,
  detectBackend,
  detectBackends,
  findBackend,
  openBackend,
} from '../src/backends.js'
import * as fake from './fake-backends.js'

describe('the registry', () => {
  test('knows js, which is available everywhere', async () => {
    const [js] = await detectBackends(BACKENDS.filter(({ name }) => name === 'js'))
    expect(js).toMatchObject({ name: 'js', packageName: '@rope/js', available: true })
  })

  test('has unique names, and every entry loads or is reported', async () => {
    const found = await detectBackends(BACKENDS)
    expect(found.map(({ name }) => name)).toEqual([...new Set(BACKENDS.map(({ name }) => name))])
  })
})

describe('detectBackend reports instead of throwing', () => {
  test.each([
    [
      'a package that is not installed',
      fake.missing(),
      '@rope/wasm is not installed',
      'run: npm install @rope/wasm',
    ],
    [
      'a package whose own dependency is missing',
      fake.unloadable(
        'wasm',
        Object.assign(new Error("Cannot find package 'left-pad' imported from wasm.js"), {
          code: 'ERR_MODULE_NOT_FOUND',
        }),
      ),
      "@rope/wasm did not load: Cannot find package 'left-pad' imported from wasm.js",
      'run: npm install @rope/wasm',
    ],
    [
      'a package that throws anything at import',
      fake.unloadable('wasm', 'no reason'),
      '@rope/wasm did not load: no reason',
      'run: npm install @rope/wasm',
    ],
    ['a probe that says no', fake.unavailable('webgpu', 'no adapter'), 'no adapter', null],
    ['a probe without a reason', fake.unavailable('webgpu'), 'it gave no reason', null],
  ])('%s', async (_, entry, reason, fix) => {
    expect(await detectBackend(entry)).toMatchObject({ available: false, reason, fix })
  })

  test('a probe that hangs', async () => {
    const found = await detectBackend(fake.hanging(), 20)
    expect(found).toMatchObject({ available: false, reason: 'it did not answer within 0.02 s' })
  })
})

describe('openBackend', () => {
  test('creates, and creates another one of the same kind', async () => {
    const opened = await openBackend(fake.working())
    if (!opened.available) throw new Error(opened.reason)
    expect(opened.backend.name).toBe('js')
    expect(await opened.create()).not.toBe(opened.backend)
  })

  test('reports a backend that cannot be created', async () => {
    expect(await openBackend(fake.uncreatable())).toEqual({
      name: 'native',
      available: false,
      reason: 'it could not be created: out of handles',
    })
  })

  test('puts reason and fix into one sentence', async () => {
    expect(await openBackend(fake.missing())).toMatchObject({
      reason: '@rope/wasm is not installed; to fix it, run: npm install @rope/wasm',
    })
  })
})

describe('createBackend', () => {
  test('takes the first that is available', async () => {
    const entries = [fake.missing(), fake.uncreatable(), fake.mirrored('third'), fake.working()]
    expect((await createBackend(entries, undefined)).name).toBe('third')
  })

  test('takes the named one', async () => {
    const entries = [fake.mirrored('first'), fake.working()]
    expect((await createBackend(entries, 'js')).name).toBe('js')
  })

  test('never replaces a named one by another', async () => {
    await expect(createBackend([fake.missing(), fake.working()], 'wasm')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(
        'backend wasm is not available: @rope/wasm is not installed',
      ),
    })
  })

  test('lists every reason when none is available', async () => {
    const entries = [fake.missing(), fake.unavailable('webgpu', 'no adapter')]
    await expect(createBackend(entries, undefined)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /backend wasm is not .*; backend webgpu is not .*: no adapter/,
      ),
    })
  })
})

test('findBackend lists the known names', () => {
  expect(() => findBackend([fake.working(), fake.missing()], 'cuda')).toThrow(
    /unknown backend "cuda"; known backends: js, wasm;/,
  )
})
