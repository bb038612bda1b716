/**
 * A case measured in Node, by the local server, as a job like any other: `rope dashboard` answers
 * with lines of JSON, and ends the run when nobody reads them any more.
 */
import type { BenchResult } from '@rope/bench'
import type { Job, JobEnd } from '../jobs/job.js'
import type { BenchReport, BenchRequest } from './messages.js'

/** What the server says, one message per line. */
type NodeRunMessage =
  | { readonly type: 'progress' }
  | { readonly type: 'result'; readonly result: BenchResult }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string }

const LOOPBACK = ['127.0.0.1', 'localhost']

/** Bytes of one line beyond which something is wrong. */
const LONGEST_LINE = 4 * 2 ** 20

/** Whether a server that measures in Node stands behind this page; its version of Node, or null. */
export async function nodeVersion(): Promise<string | null> {
  // That server listens on this machine alone; no other host is asked.
  if (!LOOPBACK.includes(location.hostname)) return null
  try {
    const response = await fetch('./api/node')
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    if (!response.ok || !isJson) return null
    const { node } = (await response.json()) as { readonly node?: unknown }
    return typeof node === 'string' ? node : null
  } catch {
    // A page on another host has no such server.
    return null
  }
}

/** Measures a case in Node. */
export function startNodeJob(
  { caseId, backends }: BenchRequest,
  peers: boolean,
  onReport: (report: BenchReport) => void,
): Job {
  const controller = new AbortController()
  const body = JSON.stringify({ cases: [caseId], backends, peers })
  const run = async (): Promise<JobEnd> => {
    const response = await fetch('./api/runs', {
      ...{ method: 'POST', body, signal: controller.signal },
      headers: { 'content-type': 'application/json' },
    })
    if (!response.ok || response.body === null) {
      const said = (await response.json().catch(() => ({}))) as { readonly message?: string }
      return { outcome: 'failed', message: said.message ?? `HTTP ${response.status}` }
    }
    for await (const line of linesOf(response.body)) {
      const message = JSON.parse(line) as NodeRunMessage
      if (message.type === 'result') onReport(message.result)
      if (message.type === 'done') return { outcome: 'done' }
      if (message.type === 'failed') return { outcome: 'failed', message: message.message }
    }
    return { outcome: 'failed', message: 'the server ended before the run did' }
  }
  const end = run().catch((error: unknown): JobEnd => {
    if (controller.signal.aborted) return { outcome: 'cancelled' }
    return { outcome: 'failed', message: `the server cannot be reached: ${String(error)}` }
  })
  return { end, cancel: () => controller.abort() }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    rest += decoder.decode(value, { stream: !done })
    if (rest.length > LONGEST_LINE) throw new Error('a line of the answer is too long')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    yield* lines.filter((line) => line !== '')
    if (done) return
  }
}
