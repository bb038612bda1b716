import { describe, expect, test } from 'vitest'
import { type JobWorker, startJob } from '../../src/jobs/job.js'

/** A worker that says what a test tells it to. */
function fakeWorker(): JobWorker & {
  say(data: unknown): void
  fail(message: string): void
  readonly requests: unknown[]
  isTerminated: boolean
} {
  type Listener = (event: never) => void
  const listeners = new Map<string, Listener>()
  return {
    requests: [],
    isTerminated: false,
    postMessage(request) {
      this.requests.push(request)
    },
    terminate() {
      this.isTerminated = true
    },
    addEventListener(type: string, listener: Listener) {
      listeners.set(type, listener)
    },
    say: (data) => listeners.get('message')?.({ data } as never),
    fail: (message) => listeners.get('error')?.({ message, preventDefault() {} } as never),
  }
}

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
