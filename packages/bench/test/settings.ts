/**
 * Settings for tests that run the real thing: as few samples as there can be. No test looks at
 * the times themselves.
 */

import type { MeasureSettings } from '../src/harness/measure.js'
import { performanceClock } from '../src/machine/clock.js'

/** The shortest run that gives an interval. */
export const SHORT: MeasureSettings = {
  clock: performanceClock(),
  sampleLength: 0.01,
  budget: 0,
  warmUpBudget: 0,
  slowestCall: 1e6,
  minimumRounds: 6,
  maximumRounds: 6,
  precision: 1,
}
