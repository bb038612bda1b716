/**
 * A contender that is ready: it can be checked, then timed, then closed.
 */
import type { Contender } from '../harness/contender.js'
import type { CallMaker } from '../harness/first-call.js'

/** What opening a contender gives. */
export interface Opened {
  readonly run: Contender['run']
  /** Called before each sample, outside of the time. */
  prepare?(): void | Promise<void>
  /**
   * Runs the operation once on known input; null when the result is right, else what is wrong.
   *
   * @param first makes that call, which is the contender's first; not every contender asks for it
   */
  check(first?: CallMaker): string | null | Promise<string | null>
  /** Frees what the contender alone holds. */
  close?(): void | Promise<void>
}
