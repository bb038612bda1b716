/**
 * A contender that is ready: it can be checked, then timed, then closed.
 */
import type { Contender } from '../harness/contender.js'

/** What opening a contender gives. */
export interface Opened {
  readonly run: Contender['run']
  /** Called before each sample, outside of the time. */
  prepare?(): void | Promise<void>
  /** Runs the operation once on known input; null when the result is right, else what is wrong. */
  check(): string | null | Promise<string | null>
  /** Frees what the contender alone holds. */
  close?(): void | Promise<void>
}
