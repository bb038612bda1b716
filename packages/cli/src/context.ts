/**
 * What every command is given: the outside world, the known backends, and a way to state the
 * exit code.
 */
import type { BackendEntry } from '@rope/auto/backends'
import type { Io } from './io.js'

/** The surroundings of one run of the command. */
export interface Context {
  readonly io: Io
  /** Those on a GPU, which may be one in software, have to be asked for by name. */
  readonly backends: readonly BackendEntry[]
  /** States the exit code of the run; OK when never called. */
  finish(exitCode: number): void
}
