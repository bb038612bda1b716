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

/** How a promise ended, if it did: one that never does hangs nobody. */
export type Ending = 'resolved' | 'pending' | { readonly error: unknown }

/** Milliseconds after which a call counts as lost: far longer than any takes. */
const LOST_AFTER = 30_000

/** Waits for a promise, but not for ever. */
export function settled(promise: Promise<unknown>): Promise<Ending> {
  const { setTimeout: wait, clearTimeout: forget } = globalThis as unknown as Timers
  return new Promise((resolve) => {
    const timer = wait?.(() => resolve('pending'), LOST_AFTER)
    const end = (ending: Ending) => (): void => {
      forget?.(timer)
      resolve(ending)
    }
    promise.then(end('resolved'), (error: unknown) => end({ error })())
  })
}
