/**
 * Giving way: what else the program does goes on, workers that are starting start.
 */

interface Timers {
  readonly setTimeout?: (call: () => void, milliseconds: number) => unknown
}

/** Resolves after at least so many milliseconds; at once where there are no timers. */
export function pause(milliseconds: number): Promise<void> {
  const { setTimeout: wait } = globalThis as unknown as Timers
  if (wait === undefined) return Promise.resolve()
  return new Promise((resolve) => void wait(resolve, milliseconds))
}
