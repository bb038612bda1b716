/** Finding a backend. */
import { BACKENDS } from '@rope/auto/backends'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { openBackend } from '../src/open-backend.js'
import { absentEntry, entryOf, listed } from './world.js'

const JS_ONLY = BACKENDS.filter(({ name }) => name === 'js')

const missing = listed('missing', () => Promise.reject(new Error('no such package')))
const entries = [absentEntry('gpu', 'there is no adapter; attach one'), missing, ...JS_ONLY]

describe('openBackend', () => {
  test('takes the first that is available', async () => {
    expect((await openBackend(undefined, entries)).name).toBe('js')
    const first = entryOf('first', () => ({ ...createJsBackend(), name: 'first' }))
    expect((await openBackend(undefined, [first, ...entries])).name).toBe('first')
  })

  test('takes the named one', async () => {
    const second = entryOf('second', () => ({ ...createJsBackend(), name: 'second' }))
    expect((await openBackend('second', [...entries, second])).name).toBe('second')
  })

  test.each([
    [
      'nonesuch',
      /backend "nonesuch" is unknown; available here: js; gpu is not: there is no adapter/,
    ],
    ['gpu', /backend "gpu" is not available; available here: js;/],
    ['missing', /missing is not: @rope\/missing does not load here: no such package/],
    ['__proto__', /is unknown/],
    ['', /backend "" is unknown/],
  ])('refuses %j and lists the others', async (name, message) => {
    const opened = openBackend(name, entries)
    await expect(opened).rejects.toMatchObject({ code: 'UNAVAILABLE', field: 'backend' })
    await expect(opened).rejects.toThrow(message)
  })

  test('says why when none can run', async () => {
    await expect(openBackend(undefined, [missing])).rejects.toThrow(
      /no backend can run; available here: none; missing is not: /,
    )
  })
})
