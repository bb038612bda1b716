/**
 * Clocks. The harness is handed one instead of reading the time itself, so that its tests run on
 * simulated time and it works wherever there is a `performance.now`.
 */
import { RopeError } from '@rope/core'

/** Milliseconds since some start; it never goes back. */
export type Clock = () => number

/** Steps that are watched for to find the smallest one. */
const STEPS = 10

/** Readings after which a clock that has not moved is given up. */
const PATIENCE = 10_000_000

/**
 * The engine's own monotonic clock.
 *
 * @throws RopeError UNAVAILABLE where there is no `performance.now`
 */
export function performanceClock(): Clock {
  const { performance } = globalThis as { readonly performance?: { now(): number } }
  if (performance === undefined) {
    throw new RopeError(
      'UNAVAILABLE',
      'this engine has no performance.now(); give a clock of your own',
      {
        field: 'clock',
      },
    )
  }
  return () => performance.now()
}

/**
 * The smallest step that the clock is seen to make, in milliseconds: browsers round theirs to
 * 5 or 100 microseconds, and a sample has to be well above that.
 *
 * @throws RopeError UNAVAILABLE when the clock stands still
 */
export function clockResolution(clock: Clock): number {
  let smallest = Number.POSITIVE_INFINITY
  for (let step = 0; step < STEPS; step++) {
    smallest = Math.min(smallest, nextStep(clock))
  }
  return smallest
}

function nextStep(clock: Clock): number {
  const start = clock()
  for (let reading = 0; reading < PATIENCE; reading++) {
    const step = clock() - start
    if (step > 0) return step
  }
  throw new RopeError('UNAVAILABLE', 'the clock does not move, so nothing can be timed with it', {
    field: 'clock',
  })
}
