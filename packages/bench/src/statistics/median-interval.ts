/**
 * A confidence interval of a median from order statistics: it assumes nothing about the shape of
 * the noise, only that values are drawn independently of each other.
 *
 * Each value lies below the true median with probability 1/2, so that the number of values below
 * it is binomial, and [x(d), x(n + 1 - d)] holds the median with probability
 * 1 - 2 P(Binomial(n, 1/2) < d). (The sign test, turned round.)
 */

/** Two ends, both included. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The confidence of every interval that is reported. */
const CONFIDENCE = 0.95

/** The smallest sample for which an interval of 95 % exists: 2 / 2^6 is below 5 %. */
export const SMALLEST_SAMPLE = 6

/**
 * The interval in which the true median lies with at least the given confidence.
 *
 * @param sorted values in ascending order
 * @returns null when there are too few values for that confidence
 */
export function medianInterval(
  sorted: Float64Array,
  confidence: number = CONFIDENCE,
): Interval | null {
  const depth = intervalDepth(sorted.length, confidence)
  const low = sorted[depth - 1]
  const high = sorted[sorted.length - depth]
  return low === undefined || high === undefined ? null : { low, high }
}

/**
 * How many values from each end the interval starts, counted from 1: the largest d with
 * 2 P(Binomial(n, 1/2) < d) <= 1 - confidence. 0 when there is none.
 */
export function intervalDepth(count: number, confidence: number): number {
  const allowed = (1 - confidence) / 2
  // In logarithms, since 2^-n leaves the range of doubles long before n does.
  let logTerm = -count * Math.LN2
  let below = Math.exp(logTerm)
  let depth = 0
  while (below <= allowed && 2 * depth < count) {
    depth += 1
    logTerm += Math.log((count - depth + 1) / depth)
    below += Math.exp(logTerm)
  }
  return depth
}
