import { describe, expect, test } from 'vitest'
import { startJob } from '../../src/jobs/job.js'
import { fakeWorker } from './fake-worker.js'

describe('a job', () => {
  test('reports, then ends, and its worker with it', async () => {
    const worker = fakeWorker()
    const reports: unknown[] = []
    const job = startJob(worker, { wish: 1 }, (report) => reports.push(report))
    worker.say({ type: 'report', report: 'one' })
    worker.say({ type: 'done' })
    worker.say({ type: 'report', report: 'too late' })
    expect(await job.end).toEqual({ outcome: 'done' })
    expect([worker.requests, reports, worker.isTerminated]).toEqual([[{ wish: 1 }], ['one'], true])
  })

  test.each([
    ['says so', { type: 'failed', message: 'no memory' }, 'no memory'],
    ['crashes', 'Uncaught RangeError', 'the worker failed: Uncaught RangeError'],
    ['does not load', '', 'the worker failed: its script cannot be loaded'],
  ])('fails when its worker %s', async (_, said, message) => {
    const worker = fakeWorker()
    const job = startJob(worker, null, () => undefined)
    if (typeof said === 'string') worker.fail(said)
    else worker.say(said)
    expect(await job.end).toEqual({ outcome: 'failed', message })
    expect(worker.isTerminated).toBe(true)
  })

  test('is cancelled at once, and only once', async () => {
    const worker = fakeWorker()
    const job = startJob(worker, null, () => undefined)
    job.cancel()
    worker.fail('too late')
    expect(await job.end).toEqual({ outcome: 'cancelled' })
    expect(worker.isTerminated).toBe(true)
  })
})
