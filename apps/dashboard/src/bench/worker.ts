/**
 * Measures one case: the backends of the CPU next to each other, and the GPU's by itself, since its
 * time is measured in another way.
 */

import {
  BACKENDS,
  type BackendEntry,
  cpuBackends,
  detectBackend,
  findBackend,
} from '@rope/auto/backends'
import { type BenchResult, runBench } from '@rope/bench'
import { runGpuBench } from '@rope/bench/gpu'
import { caseOf, caseText, caseId as idOf, movedBytes, type RotationCase } from '@rope/bench/matrix'
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
  const gpu = entries.find((entry) => !onCpu.includes(entry))
  if (gpu !== undefined) results.push(await measureGpu(gpu, caseOf(caseId), peers))
  const merged = mergeResults(results)
  if (merged !== null) report(merged)
})

/**
 * Dispatches of a few tokens are too short for the clock of an adapter in software, which would be
 * asked for ever longer batches: there they are left out.
 */
const FEWEST_IN_SOFTWARE = 512

async function measureGpu(
  gpu: BackendEntry,
  rotation: RotationCase,
  peers: readonly string[],
): Promise<BenchResult> {
  const found = await detectBackend(gpu)
  if (found.available) found.discard()
  if (found.facts.isSoftware === true && rotation.tokens < FEWEST_IN_SOFTWARE) {
    return withoutTimes(
      gpu,
      rotation,
      'software plays the GPU, whose clock cannot tell so short a call',
    )
  }
  const peer = await gpuPeer(PEERS, peers)
  const result = await runGpuBench({ size: 'quick', cases: [rotation], peer })
  return { ...result, ...MEASURED, goals: [] }
}

/** A result that says why there is none. */
async function withoutTimes(
  gpu: BackendEntry,
  rotation: RotationCase,
  reason: string,
): Promise<BenchResult> {
  // Without a case nothing is measured, and everything else is said.
  const common = { mode: 'quick', cases: [], ...MEASURED } as const
  const result = await runBench({ ...common, backends: [gpu] })
  const id = idOf(rotation)
  const entry = {
    ...({ name: gpu.name, kind: 'backend', status: 'unavailable', reason, case: id } as const),
    ...{ bytes: movedBytes(rotation), time: null, gigabytesPerSecond: null },
  }
  const group = {
    id: `${id}/gpu-time`,
    title: caseText(rotation),
    entries: [entry],
    comparisons: [],
  }
  return { ...result, groups: [group] }
}
