/**
 * Warm-up: engines compile in tiers and caches fill, so that the first samples say nothing. A
 * contender is warm when a rolling median has stopped moving; all of them warm up in turns, since
 * one may throw another's compiled code away.
 */
import type { Clock } from '../machine/clock.js'
import { median } from '../statistics/quantile.js'
import type { Contender } from './contender.js'
import { type Patience, startWait, type Wait } from './patience.js'
import { batchSize, findBatch, leadCalls, timeCalls, timeOfCall } from './sample.js'

/** Samples in each of the two medians that are compared. */
const WINDOW = 3

/** The medians of a warm contender differ by no more than this proportion. */
const STEADY = 0.05

/** The warm-up that even a spent budget does not cut short, in samples of each contender. */
const AT_LEAST = 2

/** A contender with the batch of its samples. */
export interface WarmContender {
  readonly contender: Contender
  readonly batch: number
  /** Untimed calls before each sample. */
  readonly lead: 0 | 1
  /** False when its times were still moving when the time for warming up was over. */
  readonly steady: boolean
  /** What it has taken so far, a sample last. */
  readonly wait: Wait
}

/** What warming up needs to know. */
export interface WarmUpSettings {
  readonly clock: Clock
  /** Length of one sample, in milliseconds. */
  readonly sampleLength: number
  /** Time of each contender after which to stop in any case, in milliseconds. */
  readonly budget: number
  /** How long each may take by the wall's clock. */
  readonly patience?: Patience | undefined
  /** Samples for which there should be time left. */
  readonly samplesAhead?: number
}

/** True when the last samples tell the same time as those before them. */
export function isSteady(times: readonly number[]): boolean {
  if (times.length < 2 * WINDOW) return false
  const last = median(times.slice(-WINDOW))
  const before = median(times.slice(-2 * WINDOW, -WINDOW))
  return Math.abs(last / before - 1) <= STEADY
}

/** A contender while it warms up. */
interface Lane {
  readonly contender: Contender
  readonly times: number[]
  readonly wait: Wait
  batch: number
  /** Milliseconds that it has run. */
  spent: number
}

/**
 * Runs all contenders in turns until each is steady or has spent its budget.
 *
 * @returns those that are worth the wait, as far as it is known by now
 */
export async function warmUp(
  contenders: readonly Contender[],
  settings: WarmUpSettings,
): Promise<readonly WarmContender[]> {
  const { clock, sampleLength } = settings
  const lanes: Lane[] = []
  for (const contender of contenders) {
    const wait = startWait(settings.patience)
    const batch = await findBatch(contender, sampleLength, clock, wait)
    if (batch === null || wait.isTooLong(AT_LEAST)) continue
    lanes.push({ contender, times: [], wait, batch, spent: 0 })
  }
  for (
    let cold: readonly Lane[] = lanes;
    cold.length > 0;
    cold = cold.filter((lane) => isCold(lane, settings))
  ) {
    for (const lane of cold) await warmOnce(lane, settings)
  }
  return lanes.map((lane) => warmContender(lane, sampleLength))
}

function isCold({ times, spent, wait }: Lane, settings: WarmUpSettings): boolean {
  const { budget, samplesAhead = 0 } = settings
  const isLate = wait.isTooLong(samplesAhead + 1)
  return times.length < AT_LEAST || (!isSteady(times) && spent < budget && !isLate)
}

async function warmOnce(lane: Lane, { clock, sampleLength }: WarmUpSettings): Promise<void> {
  const lead = leadCalls(lane.times.at(-1) ?? 0)
  const elapsed = await lane.wait.for(() => timeCalls(lane.contender, lane.batch, clock, lead))
  lane.spent += elapsed
  const time = timeOfCall(elapsed, lane.batch, sampleLength)
  lane.times.push(time)
  // Compiled code is faster, and a disturbed call made the batch too small: without this a sample
  // would stay below the clock's steps.
  if (elapsed < sampleLength / 2) lane.batch = batchSize(sampleLength, time)
}

function warmContender({ contender, times, wait }: Lane, sampleLength: number): WarmContender {
  // The fastest of the last samples: what disturbs the machine must not decide the batch, or two
  // equals would be sampled differently.
  const time = Math.min(...times.slice(-2 * WINDOW))
  return {
    contender,
    batch: batchSize(sampleLength, time),
    lead: leadCalls(time),
    steady: isSteady(times),
    wait,
  }
}
