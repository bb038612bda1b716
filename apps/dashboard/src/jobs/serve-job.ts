/**
 * The worker's side of a job: one request in, reports out, and a word at the end.
 */
import type { JobMessage } from './message.js'

/** The part of a worker's global scope that is used; the DOM's declarations describe a window. */
interface WorkerScope<Request, Report> {
  postMessage(message: JobMessage<Report>): void
  addEventListener(type: 'message', listener: (event: { readonly data: Request }) => void): void
}

/** Serves the one request that this worker gets. */
export function serveJob<Request, Report>(
  work: (request: Request, report: (report: Report) => void) => Promise<void>,
): void {
  const scope = globalThis as unknown as WorkerScope<Request, Report>
  scope.addEventListener('message', async ({ data }) => {
    try {
      await work(data, (report) => scope.postMessage({ type: 'report', report }))
      scope.postMessage({ type: 'done' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      scope.postMessage({ type: 'failed', message })
    }
  })
}
