import { BACKENDS, portableBackends } from '@rope/auto/backends'
import { expect, test } from 'vitest'
import { BROWSER_BACKENDS, lookAtDevice } from '../../src/device/device.js'
import { fakeWorker } from '../jobs/fake-worker.js'

test('every backend that a browser can load is there before anything is known of it', () => {
  expect(BROWSER_BACKENDS).toEqual(portableBackends(BACKENDS).map(({ name }) => name))
  const worker = fakeWorker()
  const { backends, isKnown } = lookAtDevice(() => worker)
  expect(backends.value.map(({ name, status }) => [name, status])).toEqual([
    ['wasm', null],
    ['js', null],
    ['webgpu', null],
  ])
  const status = { name: 'js', packageName: '@rope/js', available: true, reason: null, fix: null }
  worker.say({ type: 'report', report: { type: 'backend', status: { ...status, facts: {} } } })
  expect(backends.value[1]?.status).toMatchObject(status)
  expect(isKnown.value).toBe(false)
})
