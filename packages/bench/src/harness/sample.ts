/**
 * One sample: the time of a batch of calls, large enough that the clock's own steps do not matter.
 */
import type { Clock } from '../machine/clock.js'
import type { Contender } from './contender.js'
import { startWait, type Wait } from './patience.js'

/** The smallest sample in steps of the clock: its rounding then stays below one per cent. */
const STEPS_PER_SAMPLE = 100

/** A batch that is larger than this is not a batch but an endless loop. */
const LARGEST_BATCH = 2 ** 24

/** Calls longer than this, in milliseconds, go far beyond the caches: they need no lead. */
const LONG_CALL = 25

/**
 * Untimed calls before a sample: one brings the contender's own data back into the caches, which
 * the one before it has filled with other things.
 *
 * @param time milliseconds of one call
 */
export function leadCalls(time: number): 0 | 1 {
  return time < LONG_CALL ? 1 : 0
}

/** Milliseconds that `count` calls take together, after `lead` untimed ones. */
export async function timeCalls(
  contender: Contender,
  count: number,
  clock: Clock,
  lead: 0 | 1 = 0,
): Promise<number> {
  const preparing = contender.prepare?.()
  if (preparing !== undefined) await preparing
  const leading = lead === 0 ? undefined : contender.run(lead)
  if (leading !== undefined) await leading
  const start = clock()
  const pending = contender.run(count)
  // A synchronous contender must not pay for a turn of the event loop.
  if (pending !== undefined) await pending
  return clock() - start
}

/** How long a sample should be, in milliseconds, given what the clock can tell apart. */
export function sampleLength(wanted: number, resolution: number): number {
  return Math.max(wanted, STEPS_PER_SAMPLE * resolution)
}

/**
 * The time of one call by a sample of `elapsed` milliseconds. A sample that is far too short, such
 * as one below the clock's step, says no more than that a call is fast: it is taken for a hundredth
 * of a full one, so that a batch grows at most a hundredfold at once.
 */
export function timeOfCall(elapsed: number, batch: number, length: number): number {
  return Math.max(elapsed, length / STEPS_PER_SAMPLE) / batch
}

/** The number of calls whose sample is `length` long, when one call takes `time` milliseconds. */
export function batchSize(length: number, time: number): number {
  return Math.min(LARGEST_BATCH, Math.max(1, Math.round(length / time)))
}

/**
 * Finds the batch for samples of `length` milliseconds by doubling, from a single call up.
 *
 * @returns null when the next doubling would take too long
 */
export async function findBatch(
  contender: Contender,
  length: number,
  clock: Clock,
  wait: Wait = startWait(undefined),
): Promise<number | null> {
  for (let count = 1; count < LARGEST_BATCH; count *= 2) {
    const elapsed = await wait.for(() => timeCalls(contender, count, clock))
    if (elapsed >= length / 2) return batchSize(length, elapsed / count)
    if (wait.isTooLong(2)) return null
  }
  return LARGEST_BATCH
}
