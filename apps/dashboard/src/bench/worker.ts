/**
 * Measures one case: the backends of the CPU next to each other, and the GPU's by itself, since its
 * time is measured in another way.
 */

import { BACKENDS, cpuBackends, findBackend } from '@rope/auto/backends'
import { type BenchResult, runBench } from '@rope/bench'
import { runGpuBench } from '@rope/bench/gpu'
import { caseOf, type RotationCase } from '@rope/bench/matrix'
import { serveJob } from '../jobs/serve-job.js'
import { mergeResults } from '../results/merge.js'
import { SUITE_VERSION, VERSIONS } from '../versions.js'
import { PEERS } from './built-peers.js'
import type { BenchReport, BenchRequest } from './messages.js'
import { gpuPeer, peerEntries } from './peers.js'

/** What is measured here, and by which suite it is judged. */
const MEASURED = { packages: VERSIONS, suiteVersion: SUITE_VERSION }

serveJob<BenchRequest, BenchReport>(async ({ caseId, backends, peers }, report) => {
  const cases = [caseOf(caseId)]
  const entries = backends.map((name) => findBackend(BACKENDS, name))
  const results: BenchResult[] = []
  const onCpu = entries.filter((entry) => cpuBackends(BACKENDS).includes(entry))
  if (onCpu.length > 0) {
    const beside = { peers: peerEntries(PEERS, peers), ...MEASURED }
    results.push(await runBench({ mode: 'quick', backends: onCpu, cases, ...beside }))
  }
  if (onCpu.length < entries.length) results.push(await measureGpu(caseOf(caseId), peers))
  const merged = mergeResults(results)
  if (merged !== null) report(merged)
})

/** The GPU's backend beside a copy on the GPU, by the GPU's clock where it has one. */
async function measureGpu(rotation: RotationCase, peers: readonly string[]): Promise<BenchResult> {
  const peer = await gpuPeer(PEERS, peers)
  const result = await runGpuBench({ size: 'quick', cases: [rotation], peer })
  return { ...result, ...MEASURED, goals: [] }
}
