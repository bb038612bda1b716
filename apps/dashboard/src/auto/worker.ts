/**
 * Measures whether the front door chooses well in this browser, among the backends that it has.
 */
import { BACKENDS, cpuBackends, portableBackends } from '@rope/auto/backends'
import { runAutoBench } from '@rope/bench/auto'
import { serveJob } from '../jobs/serve-job.js'
import { SUITE_VERSION, VERSIONS } from '../versions.js'
import type { AutoReport } from './messages.js'

serveJob<null, AutoReport>(async (_, report) => {
  const result = await runAutoBench({
    size: 'quick',
    backends: cpuBackends(portableBackends(BACKENDS)),
    packages: VERSIONS,
    suiteVersion: SUITE_VERSION,
    onProgress: (progress) => report({ type: 'progress', ...progress }),
  })
  report({ type: 'result', result })
})
