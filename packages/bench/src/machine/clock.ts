/**
 * Clocks. The harness is handed one instead of reading the time itself, so that its tests run on
 * simulated time and it works wherever there is a `performance.now`.
 */
import { RopeError } from '@rope/core'
import { reject } from '@rope/core/backend'

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
 * @throws RopeError INVALID_OPTION for what is no clock
 * @throws RopeError UNAVAILABLE when the clock stands still
 */
export function clockResolution(clock: Clock): number {
  readClock(clock, 'clock')
  let smallest = Number.POSITIVE_INFINITY
  for (let step = 0; step < STEPS; step++) {
    smallest = Math.min(smallest, nextStep(clock))
  }
  return smallest
}

/**
 * A clock that can be read: it has been, once.
 *
 * @throws RopeError INVALID_OPTION for what is no clock
 */
export function readClock(value: unknown, field: string): Clock {
  const accepted = 'a function that gives milliseconds'
  if (typeof value !== 'function') return reject('INVALID_OPTION', field, value, accepted)
  const clock = value as Clock
  const now = firstReading(clock, field, accepted)
  if (typeof now === 'number' && !Number.isNaN(now)) return clock
  return reject('INVALID_OPTION', `${field}()`, now, 'a number of milliseconds')
}

function firstReading(clock: Clock, field: string, accepted: string): unknown {
  try {
    return clock()
  } catch (cause) {
    const message = `${field} threw an error; accepted: ${accepted}`
    throw new RopeError('INVALID_OPTION', message, { field, cause })
  }
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
