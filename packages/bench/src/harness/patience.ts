/**
 * How long somebody waits for a contender. Budgets count the clock that measures; a GPU's moves only
 * while it works, so that on an adapter in software a minute may pass between two of its
 * milliseconds. The wall's clock ends that.
 */
import type { Clock } from '../machine/clock.js'

/** The wall's clock, and what each contender may take of it. */
export interface Patience {
  readonly clock: Clock
  /** Milliseconds for one contender: its warm-up and its rounds. */
  readonly limit: number
}

/** What a contender has taken so far, by the wall. */
export interface Wait {
  /** Waits for some work, and remembers how long that took. */
  for<Result>(work: () => Promise<Result>): Promise<Result>
  /** True when so many times the last piece of work would go beyond the limit. */
  isTooLong(times: number): boolean
}

/** A wait that has not begun; without a limit it is never too long. */
export function startWait(patience: Patience | undefined): Wait {
  let [total, last] = [0, 0]
  return {
    async for(work) {
      const start = patience?.clock() ?? 0
      const result = await work()
      last = (patience?.clock() ?? 0) - start
      total += last
      return result
    },
    isTooLong: (times) => patience !== undefined && total + times * last > patience.limit,
  }
}

/** Why a contender was given up. */
export function givenUpText({ limit }: Patience): string {
  return `not measured: enough samples of it would take longer than the ${limit / 1000} s that one contender may take`
}
