/**
 * Times of two runs, which did not take turns. No quotients of rounds exist there, only the interval
 * of each median; the ratio lies between the extreme quotients of their ends. Both intervals hold
 * with 95 %, so that equals are told apart more seldom than in one case of twenty: what changed
 * between the runs beside the code (heat, other programs) is not in it, and no statistics can be.
 */
import { readTime } from '../read-result.js'
import type { TimeRecord } from '../result.js'
import type { Ratio } from '../statistics/ratio.js'
import { type Outcome, outcomeOf, verdict } from '../statistics/verdict.js'

/** A comparison of times from two runs. */
export interface TimeComparison {
  /** The speed of the one as a multiple of the speed of the other, with its interval. */
  readonly ratio: Ratio
  readonly outcome: Outcome
  /** The same in words. */
  readonly verdict: string
}

/**
 * The speed in `time` as a multiple of the speed in `other`, which another run has measured.
 *
 * @throws RopeError INVALID_OPTION for what is no time, naming the field
 */
export function compareTimes(time: TimeRecord, other: TimeRecord): TimeComparison {
  const [own, others] = [readTime(time, 'time'), readTime(other, 'other')]
  const ratio: Ratio = {
    value: others.median / own.median,
    low: others.low / own.high,
    high: others.high / own.low,
    rounds: Math.min(own.samples, others.samples),
  }
  return { ratio, outcome: outcomeOf(ratio), verdict: verdict(ratio) }
}
