/**
 * What the page asks a worker of the benchmark for, and what it reports: plain data.
 */
import type { BenchResult } from '@rope/bench'

/** One case on some backends. */
export interface BenchRequest {
  /** The case's id, such as `llama-3-8b/1/float32/half/bshd/in-place`. */
  readonly caseId: string
  readonly backends: readonly string[]
  /** Libraries of others beside them, by the names that this page was built with. */
  readonly peers: readonly string[]
}

/** The result of one case; whole, so that it can stand alone. */
export type BenchReport = BenchResult
