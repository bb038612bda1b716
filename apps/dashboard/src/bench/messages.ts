/**
 * What the page asks a worker of the benchmark for, and what it reports: plain data.
 */
import type { BenchResult } from '@rope/bench'

/** One group of the benchmark: a worker of its own measures it. */
export interface BenchRequest {
  /** The case's id, such as `llama-3-8b/1/float32/half/bshd/in-place`. */
  readonly caseId: string
  readonly backends: readonly string[]
}

/** The result of one group; whole, so that it can stand alone. */
export type BenchReport = BenchResult
