/**
 * Giving way: what else the program does goes on, workers that are starting start.
 */

interface Timers {
  readonly setTimeout?: (call: () => void, milliseconds: number) => unknown
  readonly clearTimeout?: (timer: unknown) => void
}

/** Resolves after at least so many milliseconds; at once where there are no timers. */
export function pause(milliseconds: number): Promise<void> {
  const { setTimeout: wait } = globalThis as unknown as Timers
  if (wait === undefined) return Promise.resolve()
  return new Promise((resolve) => void wait(resolve, milliseconds))
}

/** How a promise ended, if it did within so many milliseconds: one that never does hangs nobody. */
export type Ending = 'resolved' | 'pending' | { readonly error: unknown }

/** Waits for a promise, but not for ever. */
export function settled(promise: Promise<unknown>, milliseconds: number): Promise<Ending> {
  const { setTimeout: wait, clearTimeout: forget } = globalThis as unknown as Timers
  return new Promise((resolve) => {
    const timer = wait?.(() => resolve('pending'), milliseconds)
    const end = (ending: Ending) => (): void => {
      forget?.(timer)
      resolve(ending)
    }
    promise.then(end('resolved'), (error: unknown) => end({ error })())
  })
}
