/**
 * Runs of the conformance suite, one backend after the other, each in a worker of its own: one that
 * crashes fails alone. What was found stays, and decides whose speed is shown.
 */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { ConformanceReport } from '@rope/core/conformance'
import { type Job, type JobWorker, startJob } from '../jobs/job.js'
import type { ConformanceCounts, ConformanceMessage, Part } from './messages.js'

/** What is known about one backend. */
export interface BackendRun {
  readonly backend: string
  readonly part: Part
  readonly state: 'waiting' | 'running' | 'cancelled' | 'crashed' | 'done'
  readonly counts: ConformanceCounts | null
  /** What the run found; null before its end. */
  readonly report: ConformanceReport | null
  /** Why it crashed. */
  readonly message: string | null
}

/** The suite, and what it found so far. */
export interface Conformance {
  readonly runs: ReadonlySignal<readonly BackendRun[]>
  readonly isRunning: ReadonlySignal<boolean>
  /** Runs a part on these backends; earlier findings about them are forgotten. */
  run(backends: readonly string[], part: Part): Promise<void>
  /** Ends the run that is going on, and those that wait. */
  cancel(): void
}

/** A suite that has not run yet. */
export function createConformance(startWorker: () => JobWorker): Conformance {
  const runs: Signal<readonly BackendRun[]> = signal([])
  const isRunning = signal(false)
  let job: Job | null = null
  let isCancelled = false

  const change = (backend: string, changes: Partial<BackendRun>): void => {
    runs.value = runs.value.map((run) => (run.backend === backend ? { ...run, ...changes } : run))
  }
  const runOne = async (backend: string, part: Part): Promise<void> => {
    if (isCancelled) return change(backend, { state: 'cancelled' })
    change(backend, { state: 'running' })
    job = startJob<ConformanceMessage>(startWorker(), { backend, part }, (message) =>
      change(
        backend,
        message.type === 'counts' ? { counts: message.counts } : reported(message.report),
      ),
    )
    const end = await job.end
    job = null
    if (end.outcome === 'done') change(backend, { state: 'done' })
    else if (end.outcome === 'cancelled') change(backend, { state: 'cancelled' })
    else change(backend, { state: 'crashed', message: end.message })
  }
  return {
    runs,
    isRunning,
    async run(backends, part) {
      if (isRunning.value) return
      isRunning.value = true
      isCancelled = false
      const others = runs.value.filter(({ backend }) => !backends.includes(backend))
      runs.value = [...others, ...backends.map((backend) => waiting(backend, part))]
      for (const backend of backends) await runOne(backend, part)
      isRunning.value = false
    },
    cancel() {
      isCancelled = true
      job?.cancel()
    },
  }
}

function waiting(backend: string, part: Part): BackendRun {
  return { backend, part, state: 'waiting', counts: null, report: null, message: null }
}

/** A report, and the counts that it ends with. */
function reported(report: ConformanceReport): Partial<BackendRun> {
  const { cases, passed, failed, unsupported } = report
  return { report, counts: { total: cases, passed, failed, unsupported } }
}

/** The backends that were found to be wrong here: their speed is not shown. */
export function wrongBackends(runs: readonly BackendRun[]): ReadonlySet<string> {
  const wrong = runs.filter(
    ({ state, report }) => state === 'crashed' || (report !== null && report.failed > 0),
  )
  return new Set(wrong.map(({ backend }) => backend))
}
