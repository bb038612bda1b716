/**
 * The calibration of one dtype: every contender makes the same calls on the same memory, in turns and
 * in several passes, and the fastest batch of each counts, since whatever else the machine does only
 * adds time. It ends when its budget does: what was not reached is predicted from what was.
 */

import type { DType } from '@rope/core'
import type { Backend, Kernel } from '@rope/core/backend'
import { type Calibration, type CostCurve, type DTypeCosts, fitCurve, predict } from '../costs.js'
import { messageOf } from '../messages.js'
import type { Clock } from '../platform/timers.js'
import { calibrationPoints, foreignMemory, type Point, SIZES } from './points.js'

/** Somebody to time. */
export interface Contender {
  readonly name: string
  readonly backend: Backend
  /** Makes the memory that it is timed on; ordinary arrays when absent. */
  readonly allocate?: Backend['allocate']
}

/** What was measured. */
export interface Calibrated {
  /** Costs by name; empty when not even one size was reached. */
  readonly costs: Calibration
  /** False when time ran out early: good enough for now, but not to be kept. */
  readonly isReliable: boolean
}

/** A contender that threw while it was timed. */
export class ContenderError extends Error {
  readonly backend: Backend

  constructor({ backend }: Contender, cause: unknown) {
    super(messageOf(cause), { cause })
    this.backend = backend
  }
}

/** How to time. */
export interface CalibrateOptions {
  readonly clock: Clock
  /** Milliseconds that it may take altogether. */
  readonly budget: number
}

/** Passes over all sizes: what disturbed one of them has gone in the next, and code is compiled by then. */
const PASSES = 3

/** Passes that must have been complete for costs that are kept. */
const RELIABLE = 2

/** Turns of each contender at each size, in each pass. */
const TURNS = 2

/** Who is still becoming faster, as code does that is being compiled, gets more of them. */
const MOST_TURNS = 16

/** No size, and nobody at a size, may take more than this part of the time that is left. */
const PART = 1 / 3

/** Faster by so much that it was not noise alone. */
const FASTER = 0.8

/** Milliseconds of a batch, and of the calls before the first one, on a fine clock. */
const BATCH = 0.2

/**
 * Who is expected to take so many times as long as the best one is not timed at larger sizes: the
 * time goes to those who may be chosen.
 */
const HOPELESS = 4

/** A line goes through so many points; these sizes are short, and everybody is timed there. */
const LINE = 2

/** Where a clock that stands still stops a batch. */
const MOST_CALLS = 4096

/** A batch is at least so many steps of the clock long, which keeps its error below 20 %. */
const STEPS = 5

/** How to time: milliseconds of a batch, and when all must be over. */
interface Timing {
  readonly batch: number
  readonly clock: Clock
  readonly end: number
}

/** A contender at one size. */
interface Runner {
  readonly contender: Contender
  readonly kernel: Kernel
  readonly point: Point
  /** Calls of a batch. */
  count: number
  /** Milliseconds of a call in the fastest batch so far. */
  best: number
}

/** A contender, the calls it makes, and who makes them, by size. */
interface Candidate {
  readonly contender: Contender
  readonly points: readonly Point[]
  readonly runners: Map<number, Runner>
}

/** The smallest step of the clock in milliseconds; 0 for a clock that stands still. */
export function clockStep(clock: Clock): number {
  const start = clock()
  for (let i = 0; i < 1e6; i++) {
    const now = clock()
    if (now > start) return now - start
  }
  return 0
}

/**
 * Times the contenders at one dtype.
 *
 * @throws ContenderError when one of them throws
 */
export function calibrate(
  dtype: DType,
  contenders: readonly Contender[],
  { clock, budget }: CalibrateOptions,
): Calibrated {
  const end = clock() + budget
  const timing = { batch: Math.max(BATCH, STEPS * clockStep(clock)), clock, end }
  const candidates = makeCandidates(dtype, contenders)
  let complete = 0
  for (let pass = 0; pass < PASSES; pass++) {
    if (makePass(candidates, timing)) complete += 1
  }
  const measured = candidates.filter(({ runners }) => runners.size > 0)
  const costs = measured.map((candidate): [string, DTypeCosts] => [
    candidate.contender.name,
    { [dtype]: curveOf(candidate) },
  ])
  return { costs: Object.fromEntries(costs), isReliable: complete >= RELIABLE }
}

/** Times every size once. False when there was no time for some of it. */
function makePass(candidates: readonly Candidate[], timing: Timing): boolean {
  let isComplete = true
  for (let size = 0; size < SIZES; size++) {
    const hopeful = candidates.filter((candidate) => !isHopeless(candidate, candidates, size))
    const affordable = hopeful.filter((candidate) => !isTooLong(candidate, size, timing))
    if (!takeTurns(affordable, size, timing)) isComplete = false
    if (affordable.length < hopeful.length) isComplete = false
  }
  return isComplete
}

/** True when others are known to be so much better at a size that it is not worth the time. */
function isHopeless(candidate: Candidate, candidates: readonly Candidate[], size: number): boolean {
  if (size < LINE || candidate.runners.size < LINE) return false
  // On memory of its own a contender stands beside the others on theirs, but not the other way round.
  const rivals = candidates.filter(
    ({ contender, runners }) => contender.allocate === undefined && runners.size >= LINE,
  )
  const best = Math.min(...rivals.map((rival) => timeAt(rival, size)))
  return timeAt(candidate, size) > HOPELESS * best
}

/** Microseconds that a candidate is expected to take at a size; 0 when nothing is known. */
function timeAt(candidate: Candidate, size: number): number {
  return predict(curveOf(candidate), (candidate.points[size] as Point).bytes) ?? 0
}

/** Who brings no memory of its own shares one array with the others. */
function makeCandidates(dtype: DType, contenders: readonly Contender[]): readonly Candidate[] {
  const shared = calibrationPoints(dtype, foreignMemory(dtype))
  return contenders.map((contender) => {
    const { allocate } = contender
    const points =
      allocate === undefined
        ? shared
        : guarded(contender, () => calibrationPoints(dtype, (length) => allocate(dtype, length)))
    return { contender, points, runners: new Map() }
  })
}

function guarded<Result>(contender: Contender, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw new ContenderError(contender, error)
  }
}

function curveOf({ runners }: Candidate): CostCurve {
  const points = [...runners.values()].map(({ point, best }) => ({
    bytes: point.bytes,
    microseconds: 1000 * best,
  }))
  return fitCurve(points.sort((a, b) => a.bytes - b.bytes))
}

/** True when the turns of one alone would take more than its part of the time that is left. */
function isTooLong(candidate: Candidate, size: number, { clock, end }: Timing): boolean {
  return TURNS * timeAt(candidate, size) > 1000 * PART * (end - clock())
}

function runnerOf({ contender, points, runners }: Candidate, size: number): Runner {
  const known = runners.get(size)
  if (known !== undefined) return known
  const point = points[size] as Point
  const kernel = guarded(contender, () => contender.backend.compile(point.plan))
  return { contender, kernel, point, count: 1, best: Number.POSITIVE_INFINITY }
}

/** Batches in turns. False when time was over before each had all of its own. */
function takeTurns(candidates: readonly Candidate[], size: number, timing: Timing): boolean {
  const { clock, end } = timing
  const partEnd = clock() + PART * (end - clock())
  let going = candidates.map((candidate) => ({ candidate, runner: runnerOf(candidate, size) }))
  for (let turn = 0; turn < MOST_TURNS && going.length > 0; turn++) {
    const faster: typeof going = []
    for (const one of going) {
      const now = clock()
      if (turn >= TURNS && now >= partEnd) return true
      if (now >= end) return turn >= TURNS
      const { candidate, runner } = one
      const before = runner.best
      if (!takeTurn(runner, timing)) return turn >= TURNS
      candidate.runners.set(size, runner)
      if (turn + 1 < TURNS || runner.best < FASTER * before) faster.push(one)
    }
    going = faster
  }
  return true
}

/**
 * A batch. What is shorter than one says nothing, since the clock may not have moved: then it grows.
 * False when time was over before it was long enough.
 */
function takeTurn(runner: Runner, { batch, clock, end }: Timing): boolean {
  // Faster calls make a batch of more, but what was slow once need not fill a long one for ever.
  runner.count = Math.max(1, Math.min(runner.count, Math.ceil(batch / runner.best)))
  for (;;) {
    const time = timeCalls(runner, clock)
    if (time >= batch || runner.count >= MOST_CALLS) {
      runner.best = Math.min(runner.best, time / runner.count)
      return true
    }
    if (clock() >= end) return false
    runner.count *= 2
  }
}

/** Milliseconds of a batch. */
function timeCalls({ contender, kernel, point, count }: Runner, clock: Clock): number {
  const { views, rotation } = point
  return guarded(contender, () => {
    const start = clock()
    for (let i = 0; i < count; i++) void kernel.run({ views, rotation })
    return clock() - start
  })
}
