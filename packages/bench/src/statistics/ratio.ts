/**
 * How many times as fast one thing is as another, from rounds in which both ran next to each
 * other. One quotient per round, then the median of the quotients: what slows the whole machine
 * for a while slows both sides of a round and cancels, and a round that was hit on one side only
 * is an outlier, to which a median is deaf.
 */
import { RopeError } from '@rope/core'
import { type Interval, medianInterval, SMALLEST_SAMPLE } from './median-interval.js'
import { ascending, quantile } from './quantile.js'

/** A ratio of speeds and the interval in which the true one lies with 95 % confidence. */
export interface Ratio extends Interval {
  /** The speed of the one as a multiple of the speed of the other: the median over the rounds. */
  readonly value: number
  readonly rounds: number
}

/**
 * The speed of one contender as a multiple of the speed of another.
 *
 * @param times time of each round of the one
 * @param otherTimes time of the same rounds of the other
 * @throws RopeError INVALID_OPTION when the rounds do not match or are fewer than six
 */
export function speedRatio(times: ArrayLike<number>, otherTimes: ArrayLike<number>): Ratio {
  const quotients = Float64Array.from(times, (time, round) => (otherTimes[round] ?? 0) / time)
  const sorted = ascending(quotients)
  const interval = medianInterval(sorted)
  if (interval === null || times.length !== otherTimes.length) {
    throw new RopeError(
      'INVALID_OPTION',
      `got ${times.length} and ${otherTimes.length} rounds; a ratio needs the same number of both, at least ${SMALLEST_SAMPLE}`,
      { field: 'rounds' },
    )
  }
  return { value: quantile(sorted, 0.5), ...interval, rounds: times.length }
}

/** The same comparison seen from the other side. */
export function inverseRatio({ value, low, high, rounds }: Ratio): Ratio {
  return { value: 1 / value, low: 1 / high, high: 1 / low, rounds }
}

/** Half of the interval's width in proportion to the ratio: 0.02 means plus or minus 2 %. */
export function relativeWidth({ value, low, high }: Ratio): number {
  return (high - low) / (2 * value)
}
