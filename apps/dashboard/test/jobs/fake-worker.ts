/**
 * A worker that says what a test tells it to.
 */
import type { JobWorker } from '../../src/jobs/job.js'

/** The worker, and what was asked of it. */
export interface FakeWorker extends JobWorker {
  say(data: unknown): void
  fail(message: string): void
  readonly requests: unknown[]
  isTerminated: boolean
}

/** Starts one. */
export function fakeWorker(): FakeWorker {
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
