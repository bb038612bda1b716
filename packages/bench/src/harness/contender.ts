/**
 * What the harness times: an operation that knows how to run itself many times over.
 */

/** One of the things that are compared. */
export interface Contender {
  readonly id: string
  /**
   * Runs the operation `count` times, one after the other. The loop is the contender's own, so
   * that it pays for no call of the harness inside; a promise makes it asynchronous.
   */
  run(count: number): void | Promise<void>
  /** Called before each sample, outside of the time: what must be set right but is not measured. */
  prepare?(): void | Promise<void>
}

/** A `run` that calls a synchronous operation `count` times. */
export function repeated(operation: () => void): Contender['run'] {
  return (count) => {
    for (let i = 0; i < count; i++) operation()
  }
}

/** A `run` that awaits an operation `count` times. */
export function repeatedAsync(operation: () => Promise<void>): Contender['run'] {
  return async (count) => {
    for (let i = 0; i < count; i++) await operation()
  }
}
