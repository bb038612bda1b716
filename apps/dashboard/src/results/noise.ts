/**
 * Whether a machine was quiet enough for what a result says.
 */
import type { BenchResult } from '@rope/bench'
import type { EntryRecord } from '@rope/bench/report'

/** Half of an interval's width in proportion to the median, beyond which a time is uncertain. */
const WIDE = 0.1

/** The share of uncertain times beyond which the machine was too noisy. */
const MOST = 0.25

/** What can be said about the noise of a run. */
export interface Noise {
  readonly times: number
  /** Times whose interval is wider than 10 % to each side, or that were still moving. */
  readonly uncertain: number
  readonly isNoisy: boolean
}

/** Looks at every time of a result. */
export function noiseOf({ groups }: Pick<BenchResult, 'groups'>): Noise {
  const times = groups.flatMap(({ entries }) => entries.filter(({ time }) => time !== null))
  const uncertain = times.filter(isUncertain).length
  return {
    times: times.length,
    uncertain,
    isNoisy: times.length > 0 && uncertain / times.length > MOST,
  }
}

function isUncertain({ time }: EntryRecord): boolean {
  return time !== null && (!time.steady || (time.high - time.low) / (2 * time.median) > WIDE)
}

/** The same in one sentence. */
export function noiseText({ times, uncertain, isNoisy }: Noise): string {
  const share = `${uncertain} of ${times} times have an interval wider than 10 % to each side, or were still moving`
  return isNoisy
    ? `This machine was too noisy to tell small differences: ${share}. Close what else is running, and measure again.`
    : `The machine was quiet enough: ${share}.`
}
