/**
 * Ropes that are made alike share their backends; those with values of their own do not.
 */
import { createJsBackend } from '@rope/js'
import { afterEach, expect, test, vi } from 'vitest'
import { lease } from '../../src/dispatch/share.js'

afterEach(() => vi.unstubAllEnvs())

test('equal options share a dispatcher until the last one is released', async () => {
  const [a, b] = await Promise.all([
    lease({ backend: 'js', probe: 'needed' }),
    lease({ probe: 'needed', backend: 'js', debug: undefined }),
  ])
  expect(a.dispatcher).toBe(b.dispatcher)
  a.release()
  a.release()
  expect(b.dispatcher.members[0]?.backend).not.toBeNull()
  const c = await lease({ backend: 'js', probe: 'needed' })
  expect(c.dispatcher).toBe(b.dispatcher)
  b.release()
  c.release()
  expect(b.dispatcher.members[0]?.backend).toBeNull()
  const d = await lease({ backend: 'js', probe: 'needed' })
  expect(d.dispatcher).not.toBe(b.dispatcher)
  d.release()
})

test('other options, and another ROPE_BACKEND, do not', async () => {
  const leases = [await lease({ probe: 'all' })]
  leases.push(await lease({}))
  vi.stubEnv('ROPE_BACKEND', 'js')
  leases.push(await lease({}))
  expect(new Set(leases.map(({ dispatcher }) => dispatcher)).size).toBe(3)
  for (const { release } of leases) release()
})

test('a backend of the caller is not shared, and not disposed of', async () => {
  const backend = createJsBackend()
  const [a, b] = [await lease({ backend }), await lease({ backend })]
  expect(a.dispatcher).not.toBe(b.dispatcher)
  const dispose = vi.spyOn(backend, 'dispose')
  a.release()
  b.release()
  expect(dispose).not.toHaveBeenCalled()
})

test('what could not be opened is tried again the next time', async () => {
  vi.stubEnv('ROPE_BACKEND', 'nothing')
  await expect(lease({})).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  vi.stubEnv('ROPE_BACKEND', 'js')
  const { dispatcher, release } = await lease({})
  expect(dispatcher.members[0]?.name).toBe('js')
  release()
})
