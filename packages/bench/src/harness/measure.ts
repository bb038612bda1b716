/**
 * The measurement: rounds in mirrored order (A B C C B A), in which a steady drift of the machine
 * cancels; as many as the answer needs, within a budget.
 *
 * The number of rounds depends on the widths of the intervals only, never on what they say:
 * stopping as soon as a difference shows would find differences where there are none.
 */
import { RopeError } from '@rope/core'
import { type Clock, clockResolution } from '../machine/clock.js'
import { type Interval, medianInterval, SMALLEST_SAMPLE } from '../statistics/median-interval.js'
import { ascending, quantile } from '../statistics/quantile.js'
import { type Ratio, relativeWidth, speedRatio } from '../statistics/ratio.js'
import type { Contender } from './contender.js'
import { givenUpText, type Patience } from './patience.js'
import { sampleLength, timeCalls } from './sample.js'
import { type WarmContender, warmUp } from './warm-up.js'

/** How long and how exactly to measure. Times are in milliseconds. */
export interface MeasureSettings {
  readonly clock: Clock
  /** The clock's smallest step in milliseconds, where it does not move by itself to be watched. */
  readonly clockStep?: number | undefined
  /** Length of one sample; raised when the clock is too coarse for it. */
  readonly sampleLength: number
  /** Time for the rounds, after which no new one begins once `minimumRounds` are done. */
  readonly budget: number
  /** Time of each contender for the warm-up. */
  readonly warmUpBudget: number
  /** At least 6, or there is no interval of 95 %. */
  readonly minimumRounds: number
  readonly maximumRounds: number
  /** A contender whose single call takes longer is not timed: it would eat everybody's time. */
  readonly slowestCall: number
  /** The wanted half-width of the ratios in proportion: 0.02 for plus or minus 2 %. */
  readonly precision: number
  /** How long each contender may take by the wall's clock, where `clock` is another. */
  readonly patience?: Patience | undefined
}

/** Two contenders to compare, by id: the speed of the one as a multiple of that of the other. */
export interface Comparison {
  readonly of: string
  readonly over: string
}

/** The time of one call, in milliseconds. */
export interface Timing extends Interval {
  /** The median; `low` and `high` are its interval of 95 %. */
  readonly median: number
  readonly p10: number
  readonly p90: number
  readonly samples: number
  /** Calls in one sample. */
  readonly batch: number
  /** False when the times were still moving when the warm-up ended. */
  readonly steady: boolean
}

/** Everything that was measured about contenders that ran together. */
export interface Measurement {
  readonly rounds: number
  /** Why a contender was given up, by its id; those that took part are not among them. */
  readonly givenUp: ReadonlyMap<string, string>
  /**
   * The time of one call of a contender.
   *
   * @throws RopeError INVALID_OPTION for an id that took no part
   */
  timing(id: string): Timing
  /**
   * The speed of one contender as a multiple of the speed of another.
   *
   * @throws RopeError INVALID_OPTION for an id that took no part
   */
  ratio(comparison: Comparison): Ratio
}

/** One contender's samples, in milliseconds per call: two of each round, one after the other. */
interface Lane extends WarmContender {
  readonly samples: number[]
}

/** Rounds between two looks at the widths of the intervals. */
const LOOK_EVERY = 4

/**
 * Warms the contenders up and times them together.
 *
 * @param comparisons whose precision decides how many rounds are run
 * @throws RopeError INVALID_OPTION for settings that cannot give an interval, or unknown ids
 */
export async function measure(
  contenders: readonly Contender[],
  comparisons: readonly Comparison[],
  settings: MeasureSettings,
): Promise<Measurement> {
  checkRounds(settings)
  const { clock, patience, minimumRounds } = settings
  const step = settings.clockStep ?? clockResolution(clock)
  const length = sampleLength(settings.sampleLength, step)
  const warm = await warmUp(contenders, {
    clock,
    sampleLength: length,
    budget: settings.warmUpBudget,
    patience,
    samplesAhead: 2 * minimumRounds,
  })
  const worthIt = warm.filter(({ wait }) => !wait.isTooLong(2 * minimumRounds))
  const lanes: readonly Lane[] = worthIt.map((contender) => ({ ...contender, samples: [] }))
  const isThere = (id: string): boolean => lanes.some(({ contender }) => contender.id === id)
  const possible = comparisons.filter(({ of, over }) => isThere(of) && isThere(over))
  const start = clock()
  let rounds = 0
  while (lanes.length > 0 && !isEnough(lanes, possible, rounds, clock() - start, settings)) {
    await runRound(lanes, clock)
    rounds += 1
  }
  const absent = contenders.filter(({ id }) => !isThere(id))
  return {
    rounds,
    givenUp: new Map(
      absent.map(({ id }) => [id, patience === undefined ? '' : givenUpText(patience)]),
    ),
    timing: (id) => timingOf(laneOf(lanes, id)),
    ratio: (pair) => ratioOf(lanes, pair),
  }
}

/**
 * Whether there are rounds enough for an interval.
 *
 * @throws RopeError INVALID_OPTION
 */
export function checkRounds({
  minimumRounds,
  maximumRounds,
}: Pick<MeasureSettings, 'minimumRounds' | 'maximumRounds'>): void {
  if (minimumRounds >= SMALLEST_SAMPLE && maximumRounds >= minimumRounds) return
  throw new RopeError(
    'INVALID_OPTION',
    `rounds from ${minimumRounds} to ${maximumRounds}; accepted: a minimum of at least ${SMALLEST_SAMPLE} and a maximum that is no smaller`,
    { field: 'minimumRounds' },
  )
}

async function runRound(lanes: readonly Lane[], clock: Clock): Promise<void> {
  for (const lane of [...lanes, ...[...lanes].reverse()]) {
    const { contender, batch, lead, wait } = lane
    const elapsed = await wait.for(() => timeCalls(contender, batch, clock, lead))
    lane.samples.push(elapsed / batch)
  }
}

function isEnough(
  lanes: readonly Lane[],
  comparisons: readonly Comparison[],
  rounds: number,
  elapsed: number,
  { minimumRounds, maximumRounds, budget, precision }: MeasureSettings,
): boolean {
  if (rounds < minimumRounds) return false
  if (rounds >= maximumRounds || elapsed >= budget) return true
  if (lanes.some(({ wait }) => wait.isTooLong(2))) return true
  if ((rounds - minimumRounds) % LOOK_EVERY !== 0 || comparisons.length === 0) return false
  return comparisons.every((pair) => relativeWidth(ratioOf(lanes, pair)) <= precision)
}

function laneOf(lanes: readonly Lane[], id: string): Lane {
  const lane = lanes.find(({ contender }) => contender.id === id)
  if (lane !== undefined) return lane
  const known = lanes.map(({ contender }) => contender.id).join(', ')
  throw new RopeError('INVALID_OPTION', `contender '${id}' took no part; these did: ${known}`, {
    field: 'id',
  })
}

function timingOf({ samples, batch, steady }: Lane): Timing {
  const sorted = ascending(samples)
  const middle = quantile(sorted, 0.5)
  const { low, high } = medianInterval(sorted) ?? { low: middle, high: middle }
  return {
    median: middle,
    low,
    high,
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    samples: samples.length,
    batch,
    steady,
  }
}

function ratioOf(lanes: readonly Lane[], { of, over }: Comparison): Ratio {
  return speedRatio(roundTimes(laneOf(lanes, of)), roundTimes(laneOf(lanes, over)))
}

/** The two samples of a round added up, which is where a drift cancels. */
function roundTimes({ samples }: Lane): Float64Array {
  const times = new Float64Array(samples.length / 2)
  for (let round = 0; round < times.length; round++) {
    times[round] = (samples[2 * round] ?? 0) + (samples[2 * round + 1] ?? 0)
  }
  return times
}
