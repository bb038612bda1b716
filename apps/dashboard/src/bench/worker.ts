/**
 * Measures one group of the benchmark.
 */
import { BACKENDS, findBackend } from '@rope/auto/backends'
import { runBench } from '@rope/bench'
import { serveJob } from '../jobs/serve-job.js'
import { VERSIONS } from '../versions.js'
import type { BenchReport, BenchRequest } from './messages.js'

serveJob<BenchRequest, BenchReport>(async ({ caseId, backends }, report) => {
  const result = await runBench({
    mode: 'quick',
    backends: backends.map((name) => findBackend(BACKENDS, name)),
    filter: caseId,
    packages: VERSIONS,
  })
  report(result)
})
