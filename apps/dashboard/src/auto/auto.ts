/**
 * What is known about the choices of `@rope/auto`: out of a file, or measured here, in a worker.
 */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { RunProgress } from '@rope/bench'
import type { AutoResult } from '@rope/bench/auto'
import { type Job, type JobWorker, startJob } from '../jobs/job.js'
import type { AutoReport } from './messages.js'

/** A result, and where it came from. */
export interface KnownAuto {
  readonly result: AutoResult
  /** `measured here`, or the name of a file. */
  readonly origin: string
}

/** The choices of `@rope/auto`. */
export interface Auto {
  readonly known: ReadonlySignal<KnownAuto | null>
  /** Null while nothing is measured. */
  readonly progress: ReadonlySignal<RunProgress | null>
  /** What went wrong; empty when nothing did. */
  readonly problems: ReadonlySignal<readonly string[]>
  /** Reads files; the last one that can be read is shown. */
  take(files: Iterable<File>): Promise<void>
  /** Measures here; resolves when that is over. */
  measure(): Promise<void>
  cancel(): void
}

/** Bytes of the largest file that is read. */
const LARGEST_FILE = 8 * 2 ** 20

/** Nothing is known yet. */
export function createAuto(startWorker: () => JobWorker): Auto {
  const known: Signal<KnownAuto | null> = signal(null)
  const progress: Signal<RunProgress | null> = signal(null)
  const problems: Signal<readonly string[]> = signal([])
  let job: Job | null = null
  const hear = (report: AutoReport): void => {
    if (report.type === 'progress') progress.value = report
    else known.value = { result: report.result, origin: 'measured here' }
  }
  return {
    ...{ known, progress, problems },
    async take(files) {
      problems.value = []
      for (const file of files) {
        const problem = await readFile(file, (found) => {
          known.value = found
        })
        if (problem !== null) problems.value = [...problems.value, `${file.name}: ${problem}`]
      }
    },
    async measure() {
      if (progress.value !== null) return
      problems.value = []
      progress.value = { done: 0, total: 1, title: 'the backends' }
      job = startJob(startWorker(), null, hear)
      const end = await job.end
      progress.value = null
      if (end.outcome === 'failed') problems.value = [`It could not be measured: ${end.message}`]
    },
    cancel: () => job?.cancel(),
  }
}

/** Hands over what a file holds; what is wrong with it, or null. */
async function readFile(file: File, found: (known: KnownAuto) => void): Promise<string | null> {
  if (file.size > LARGEST_FILE) return 'it is larger than 8 MiB, and no such result is'
  const { readAutoText } = await import('../results/read-auto.js')
  const { result, problem } = readAutoText(await file.text())
  if (result !== null) found({ result, origin: file.name })
  return problem
}
