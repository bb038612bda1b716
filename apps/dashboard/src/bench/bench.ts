/**
 * The queue of the benchmark: one worker per group, one after the other. A group that crashes is
 * listed with its reason, and the next one begins.
 */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { BenchResult } from '@rope/bench'
import { type Job, type JobWorker, startJob } from '../jobs/job.js'
import type { BenchRequest } from './messages.js'

/** One group of the queue. */
export interface Cell {
  readonly caseId: string
  readonly title: string
  readonly state: 'waiting' | 'running' | 'cancelled' | 'crashed' | 'done'
  readonly result: BenchResult | null
  /** Why it crashed. */
  readonly message: string | null
}

/** The benchmark. */
export interface Bench {
  readonly cells: ReadonlySignal<readonly Cell[]>
  readonly isRunning: ReadonlySignal<boolean>
  /** Measures these groups; what was measured before is forgotten. */
  run(cells: readonly Pick<Cell, 'caseId' | 'title'>[], backends: readonly string[]): Promise<void>
  cancel(): void
}

/** A benchmark that has not run yet. */
export function createBench(startWorker: () => JobWorker): Bench {
  const cells: Signal<readonly Cell[]> = signal([])
  const isRunning = signal(false)
  let job: Job | null = null
  let isCancelled = false

  const change = (caseId: string, changes: Partial<Cell>): void => {
    cells.value = cells.value.map((cell) =>
      cell.caseId === caseId ? { ...cell, ...changes } : cell,
    )
  }
  const runOne = async (request: BenchRequest): Promise<void> => {
    const { caseId } = request
    if (isCancelled) return change(caseId, { state: 'cancelled' })
    change(caseId, { state: 'running' })
    job = startJob<BenchResult>(startWorker(), request, (result) => change(caseId, { result }))
    const end = await job.end
    job = null
    if (end.outcome === 'done') change(caseId, { state: 'done' })
    else if (end.outcome === 'cancelled') change(caseId, { state: 'cancelled' })
    else change(caseId, { state: 'crashed', message: end.message })
  }
  return {
    cells,
    isRunning,
    async run(wanted, backends) {
      if (isRunning.value) return
      isRunning.value = true
      isCancelled = false
      cells.value = wanted.map((cell) => ({
        ...cell,
        state: 'waiting',
        result: null,
        message: null,
      }))
      for (const { caseId } of wanted) await runOne({ caseId, backends })
      isRunning.value = false
    },
    cancel() {
      isCancelled = true
      job?.cancel()
    },
  }
}
