/**
 * The first call of a contender, cold: the one that its check makes on known input. It is timed
 * where it is made, so that it is no call more than before.
 */
import type { Clock } from '../machine/clock.js'

/** Makes a call, as it is, and may look at the clock around it. */
export type CallMaker = (call: () => void | Promise<void>) => void | Promise<void>

/** Makes it, and looks at no clock. */
export const untimed: CallMaker = (call) => call()

/** The time of a first call. */
export interface FirstCall {
  readonly make: CallMaker
  /** Milliseconds of the first call that was made; null before it. */
  elapsed(): number | null
}

/** A stopwatch for one call; it stays with the first. */
export function firstCall(clock: Clock): FirstCall {
  let elapsed: number | null = null
  return {
    make(call) {
      const start = clock()
      const stop = (): void => {
        elapsed ??= clock() - start
      }
      const pending = call()
      // A synchronous call must not pay for a turn of the event loop.
      if (pending === undefined) return stop()
      return pending.then(stop)
    },
    elapsed: () => elapsed,
  }
}
