/**
 * Looks at this device: the engine, its clock, and whether each backend can run. In a worker, since
 * that is where everything is measured.
 */
import { BACKENDS, type BackendEntry, detectBackend, portableBackends } from '@rope/auto/backends'
import {
  clockResolution,
  describeEngine,
  performanceClock,
  wasmFeatures,
} from '@rope/bench/machine'
import { serveJob } from '../jobs/serve-job.js'
import type { BackendStatus, DeviceReport } from './messages.js'

serveJob<null, DeviceReport>(async (_, report) => {
  const entries = portableBackends(BACKENDS)
  report({
    type: 'engine',
    machine: describeEngine(),
    webAssembly: wasmFeatures(),
    clockStep: clockResolution(performanceClock()) * 1000,
  })
  const look = async (entry: BackendEntry): Promise<void> =>
    report({ type: 'backend', status: await statusOf(entry) })
  await Promise.all(entries.map(look))
})

async function statusOf(entry: BackendEntry): Promise<BackendStatus> {
  const found = await detectBackend(entry)
  const { name, packageName, available, facts } = found
  if (found.available) {
    found.discard()
    return { name, packageName, available, reason: null, fix: null, facts }
  }
  return { name, packageName, available, reason: found.reason, fix: found.fix, facts }
}
