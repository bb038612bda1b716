/**
 * One job in a worker of its own, as the page sees it: reports while it runs, and one end. A worker
 * that fails, or is ended, takes nothing with it but its own job.
 */
import type { JobMessage } from './message.js'

/** How a job ended. */
export type JobEnd =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'cancelled' }
  | { readonly outcome: 'failed'; readonly message: string }

/** A job that runs. */
export interface Job {
  /** Resolves when it is over, however it ended. */
  readonly end: Promise<JobEnd>
  /** Ends it at once. */
  cancel(): void
}

/** The part of a worker that a job needs. */
export interface JobWorker {
  postMessage(request: unknown): void
  terminate(): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void
}

/** Hands a request to a fresh worker and listens to what it reports. */
export function startJob<Report>(
  worker: JobWorker,
  request: unknown,
  onReport: (report: Report) => void,
): Job {
  let settle: (end: JobEnd) => void = () => undefined
  let isOver = false
  const end = new Promise<JobEnd>((resolve) => {
    settle = resolve
  })
  const finish = (how: JobEnd): void => {
    if (isOver) return
    isOver = true
    worker.terminate()
    settle(how)
  }
  worker.addEventListener('message', ({ data }) => {
    if (isOver) return
    const message = data as JobMessage<Report>
    if (message.type === 'report') onReport(message.report)
    else if (message.type === 'done') finish({ outcome: 'done' })
    else finish({ outcome: 'failed', message: message.message })
  })
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    const reason = event.message || 'its script cannot be loaded'
    finish({ outcome: 'failed', message: `the worker failed: ${reason}` })
  })
  worker.postMessage(request)
  return { end, cancel: () => finish({ outcome: 'cancelled' }) }
}
