/**
 * Time: a clock to measure with, and an end to waiting for what never answers.
 */

/** Milliseconds since any fixed moment. */
export type Clock = () => number

interface TimeGlobals {
  readonly performance?: { now(): number }
  readonly setTimeout: (run: () => void, milliseconds: number) => unknown
  readonly clearTimeout: (timer: unknown) => void
}

function globals(): TimeGlobals {
  return globalThis as unknown as TimeGlobals
}

/** The finest clock there is. */
export function systemClock(): Clock {
  const { performance } = globals()
  return performance === undefined ? () => Date.now() : () => performance.now()
}

/** The smallest step of a clock in milliseconds; 0 for a clock that stands still. */
export function clockStep(clock: Clock): number {
  const start = clock()
  for (let i = 0; i < 1e6; i++) {
    const now = clock()
    if (now > start) return now - start
  }
  return 0
}

/** Thrown by `withLimit` when the time is over. */
export class TimeLimitError extends Error {}

/**
 * The outcome of `work`, or a TimeLimitError after `limit` milliseconds. Work that is not done by
 * then goes on unheard.
 */
export function withLimit<Result>(work: Promise<Result>, limit: number): Promise<Result> {
  const { setTimeout, clearTimeout } = globals()
  return new Promise((resolve, reject) => {
    const late = new TimeLimitError(`it did not answer within ${limit} ms`)
    const timer = setTimeout(() => reject(late), limit)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
