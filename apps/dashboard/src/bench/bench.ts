/**
 * The queue of the benchmark: one job per case, one after the other. A case that crashes is listed
 * with its reason, and the next one begins; one that was measured while the page was hidden would
 * say nothing, so that it is broken off and measured anew when the page is seen again.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { BenchResult } from '@rope/bench'
import type { Job } from '../jobs/job.js'
import { mergeResults } from '../results/merge.js'
import type { ChosenCase } from './choice.js'
import type { BenchReport, BenchRequest } from './messages.js'
import type { Visibility } from './visibility.js'

/** One case of the queue. */
export interface Cell extends ChosenCase {
  readonly state: 'waiting' | 'running' | 'paused' | 'cancelled' | 'crashed' | 'done'
  readonly result: BenchResult | null
  /** Why it crashed. */
  readonly message: string | null
}

/** Where a case is measured. */
export interface Place {
  start(request: BenchRequest, onReport: (report: BenchReport) => void): Job
  /** True where a hidden page would be measured at its worst. */
  readonly needsSight: boolean
}

/** A run as it is asked for. */
export interface Wish {
  readonly cases: readonly ChosenCase[]
  readonly backends: readonly string[]
  /** Libraries of others that this page was built with. */
  readonly peers: readonly string[]
  readonly place: Place
}

/** The benchmark. */
export interface Bench {
  readonly cells: ReadonlySignal<readonly Cell[]>
  readonly isRunning: ReadonlySignal<boolean>
  /** Everything measured so far as one result; null before the first. */
  readonly result: ReadonlySignal<BenchResult | null>
  /** Measures; what was measured before is forgotten. Resolves with the result, if there is any. */
  run(wish: Wish): Promise<BenchResult | null>
  cancel(): void
}

/** A benchmark that has not run yet. */
export function createBench(visibility: Visibility): Bench {
  const cells: Signal<readonly Cell[]> = signal([])
  const isRunning = signal(false)
  const result = computed(() => mergeResults(cells.value.flatMap((cell) => cell.result ?? [])))
  let cancelCurrent: (() => void) | null = null
  let isCancelled = false

  const change = (caseId: string, changes: Partial<Cell>): void => {
    cells.value = cells.value.map((cell) =>
      cell.caseId === caseId ? { ...cell, ...changes } : cell,
    )
  }
  const runOne = async (request: BenchRequest, place: Place): Promise<void> => {
    const { caseId } = request
    for (;;) {
      if (place.needsSight && visibility.isHidden()) {
        change(caseId, { state: 'paused', result: null })
        await seen(visibility, (stop) => {
          cancelCurrent = stop
        })
      }
      if (isCancelled) return change(caseId, { state: 'cancelled' })
      change(caseId, { state: 'running' })
      const job = place.start(request, (found) => change(caseId, { result: found }))
      cancelCurrent = job.cancel
      const unwatch = visibility.watch(
        () => place.needsSight && visibility.isHidden() && job.cancel(),
      )
      const end = await job.end
      unwatch()
      if (end.outcome === 'cancelled' && !isCancelled) continue
      if (end.outcome === 'done') return change(caseId, { state: 'done' })
      if (end.outcome === 'cancelled') return change(caseId, { state: 'cancelled', result: null })
      return change(caseId, { state: 'crashed', message: end.message })
    }
  }
  return {
    cells,
    isRunning,
    result,
    async run({ cases, backends, peers, place }) {
      if (isRunning.value) return null
      isRunning.value = true
      isCancelled = false
      cells.value = cases.map((one) => ({ ...one, state: 'waiting', result: null, message: null }))
      for (const { caseId } of cases) await runOne({ caseId, backends, peers }, place)
      isRunning.value = false
      return result.value
    },
    cancel() {
      isCancelled = true
      cancelCurrent?.()
    },
  }
}

/** Resolves when the page is seen again, or the wait is stopped. */
function seen(visibility: Visibility, onWait: (stop: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = visibility.watch(() => {
      if (!visibility.isHidden()) stop()
    })
    const stop = (): void => {
      unwatch()
      resolve()
    }
    onWait(stop)
  })
}
