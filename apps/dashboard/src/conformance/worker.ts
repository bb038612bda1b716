/**
 * Runs the conformance suite on one backend. The suite and the backend load here, when they are
 * asked for.
 */
import { BACKENDS, findBackend, openBackend } from '@rope/auto/backends'
import { conformanceCases, runConformance } from '@rope/core/conformance'
import { serveJob } from '../jobs/serve-job.js'
import type { ConformanceMessage, ConformanceRequest } from './messages.js'

/** Milliseconds between two reports of the counts. */
const REPORT_EVERY = 100

serveJob<ConformanceRequest, ConformanceMessage>(async ({ backend: name, part }, report) => {
  const opened = await openBackend(findBackend(BACKENDS, name))
  if (!opened.available) throw new Error(opened.reason)
  const { backend, create } = opened
  const filter = part === 'all' ? '' : `${part}/`
  const counts = { total: conformanceCases(filter).length, passed: 0, failed: 0, unsupported: 0 }
  report({ type: 'counts', counts: { ...counts } })
  let reported = performance.now()
  try {
    const found = await runConformance(
      { name, backend, createBackend: create },
      {
        filter,
        onResult({ status }) {
          counts[status] += 1
          if (performance.now() - reported < REPORT_EVERY) return
          reported = performance.now()
          report({ type: 'counts', counts: { ...counts } })
        },
      },
    )
    report({ type: 'report', report: found })
  } finally {
    backend.dispose()
  }
})
