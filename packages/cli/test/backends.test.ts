import { describe, expect, test } from 'vitest'
import { createBackend, findBackends } from '../src/backends.js'
import * as fake from './fake-backends.js'

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

test('an unknown name is refused with the known ones', () => {
  expect(() => findBackends([fake.working(), fake.missing()], ['cuda'])).toThrow(
    /unknown backend "cuda"; known backends: js, wasm$/,
  )
})
