/**
 * The reader of changes to the settings of a run: within bounds in which every run ends.
 */
import { readClock } from '../machine/clock.js'
import { exact, maybe, one, type Reader, whole, within } from '../readers.js'
import { checkRounds, type MeasureSettings } from './measure.js'
import type { Patience } from './patience.js'

/** Milliseconds that nobody waits for one contender, or for one sample. */
const LONGEST = 3_600_000
const LONGEST_SAMPLE = 60_000

/** No clock has steps of seconds. */
const LONGEST_STEP = 1000

/** More rounds than an interval needs. */
const MOST_ROUNDS = 1_000_000

const time = within(0, LONGEST)
const anyNumber = one<number>(
  'a number',
  (value) => typeof value === 'number' && !Number.isNaN(value),
)

/** Changes to settings. */
export const readSettings: Reader<Partial<MeasureSettings>> = exact<Partial<MeasureSettings>>({
  clock: maybe(readClock),
  clockStep: maybe(within(0, LONGEST_STEP)),
  sampleLength: maybe(within(0, LONGEST_SAMPLE)),
  budget: maybe(time),
  warmUpBudget: maybe(time),
  minimumRounds: maybe(whole(1, MOST_ROUNDS)),
  maximumRounds: maybe(whole(1, MOST_ROUNDS)),
  slowestCall: maybe(anyNumber),
  precision: maybe(anyNumber),
  patience: maybe(exact<Patience>({ clock: readClock, limit: time })),
})

/**
 * A run's own settings with the changes to them.
 *
 * @throws RopeError INVALID_OPTION where they leave no rounds for an interval
 */
export function changedSettings<
  Own extends Pick<MeasureSettings, 'minimumRounds' | 'maximumRounds'>,
>(own: Own, changes: Partial<MeasureSettings> = {}): Own & Partial<MeasureSettings> {
  const settings = { ...own, ...changes }
  checkRounds(settings)
  return settings
}
