/** Finding a backend. */
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { openBackend, probeBackends } from '../src/backend-entry.js'
import { BACKENDS } from '../src/backends.js'
import { absentEntry, entryOf } from './world.js'

const JS_ONLY = BACKENDS.filter(({ name }) => name === 'js')

const missing = { name: 'missing', load: () => Promise.reject(new Error('no such package')) }
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
    ['missing', /missing is not: its package cannot be loaded \(no such package\); install it/],
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

test('probeBackends reports and never throws', async () => {
  const statuses = await probeBackends(entries)
  expect(statuses.map(({ name, probe }) => [name, probe.available])).toEqual([
    ['gpu', false],
    ['missing', false],
    ['js', true],
  ])
})
