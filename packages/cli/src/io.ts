/**
 * Everything a command may see of the outside world: two streams, standard input and the
 * environment. Commands write through it only, so that tests run them in-process.
 */

/** One output stream. */
export interface Sink {
  /** True on a terminal: colours and live lines are welcome there. */
  readonly isTTY: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number
  /** Writes text as it is. */
  write(text: string): void
}

/** The outside world of one run. */
export interface Io {
  /** Results go here, and nothing else. */
  readonly stdout: Sink
  /** Progress, notes and errors go here. */
  readonly stderr: Sink
  /** Environment variables; NO_COLOR, FORCE_COLOR, TERM and ROPE_DEBUG are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The bytes of standard input up to its end, or up to and including the byte after `limit`. */
  readStdin(limit: number): Promise<Uint8Array>
}
