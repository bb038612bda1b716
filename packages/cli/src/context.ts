/**
 * What every command is given: the outside world, the known backends, and a way to state the
 * exit code.
 */
import type { BackendEntry } from './backends.js'
import type { Io } from './io.js'

/** The surroundings of one run of the command. */
export interface Context {
  readonly io: Io
  readonly backends: readonly BackendEntry[]
  /** More of them, for commands to which they are named. */
  readonly named: readonly BackendEntry[]
  /** States the exit code of the run; OK when never called. */
  finish(exitCode: number): void
}
