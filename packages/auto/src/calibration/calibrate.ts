/**
 * The calibration of one dtype: every contender makes the same calls on the same memory, in turns,
 * and the fastest batch of each counts, since whatever else the machine does only adds time. It ends
 * when its budget does: sizes that were not reached are predicted from those that were.
 */
import type { Backend, DType, Kernel } from '@rope/core'
import { messageOf } from '../messages.js'
import type { Clock } from '../platform/timers.js'
import { type Calibration, type CostCurve, type DTypeCosts, fitCurve, predict } from './costs.js'
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
  /** False when time ran out after a size or two: good enough for now, but not to be kept. */
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

/** Turns of each contender at each size. */
const TURNS = 3

/** Milliseconds of a batch, and of the calls before the first one, on a fine clock. */
const BATCH = 0.3

/** Sizes that have to be measured for costs that are kept. */
const RELIABLE = 3

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

/** A contender, the calls it makes, and what they took: microseconds by bytes. */
interface Candidate {
  readonly contender: Contender
  readonly points: readonly Point[]
  readonly measured: Map<number, number>
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
  const batch = Math.max(BATCH, STEPS * clockStep(clock))
  const candidates = makeCandidates(dtype, contenders)
  for (let size = 0; size < SIZES; size++) {
    if (clock() + expected(candidates, size) > end) continue
    const runners = candidates.map((candidate) => makeRunner(candidate, size))
    if (!takeTurns(runners, { batch, clock, end })) break
    for (const [i, { best, point }] of runners.entries()) {
      note((candidates[i] as Candidate).measured, point.bytes, best * 1000)
    }
  }
  const measured = candidates.filter((candidate) => candidate.measured.size > 0)
  const costs = measured.map((candidate): [string, DTypeCosts] => [
    candidate.contender.name,
    { [dtype]: curveOf(candidate) },
  ])
  const isReliable = candidates.every((candidate) => candidate.measured.size >= RELIABLE)
  return { costs: Object.fromEntries(costs), isReliable }
}

/** The faster time counts where a size comes again. */
function note(measured: Candidate['measured'], bytes: number, microseconds: number): void {
  measured.set(bytes, Math.min(microseconds, measured.get(bytes) ?? microseconds))
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
    return { contender, points, measured: new Map() }
  })
}

function guarded<Result>(contender: Contender, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw new ContenderError(contender, error)
  }
}

function curveOf({ measured }: Candidate): CostCurve {
  const points = [...measured].map(([bytes, microseconds]) => ({ bytes, microseconds }))
  return fitCurve(points.sort((a, b) => a.bytes - b.bytes))
}

/** Milliseconds that a warm-up and a turn of everybody will take at a size, at the least. */
function expected(candidates: readonly Candidate[], size: number): number {
  const times = candidates.map((one) => predict(curveOf(one), (one.points[size] as Point).bytes))
  return (2 * times.reduce<number>((sum, time) => sum + (time ?? 0), 0)) / 1000
}

function makeRunner({ contender, points }: Candidate, size: number): Runner {
  const point = points[size] as Point
  const kernel = guarded(contender, () => contender.backend.compile(point.plan))
  return { contender, kernel, point, count: 1, best: Number.POSITIVE_INFINITY }
}

/** Batches in turns until there are enough. False when time was over before each had one. */
function takeTurns(runners: readonly Runner[], { batch, clock, end }: Timing): boolean {
  for (let turn = 0; turn < TURNS; turn++) {
    for (const runner of runners) {
      if (clock() >= end) return turn > 0
      takeTurn(runner, batch, clock)
    }
  }
  return true
}

/** A batch. What is shorter than one says nothing, since the clock may not have moved: then it grows. */
function takeTurn(runner: Runner, batch: number, clock: Clock): void {
  for (;;) {
    const time = timeCalls(runner, clock)
    if (time < batch && runner.count < MOST_CALLS) {
      runner.count *= 2
      continue
    }
    runner.best = Math.min(runner.best, time / runner.count)
    return
  }
}

/** Milliseconds of a batch. */
function timeCalls({ contender, kernel, point, count }: Runner, clock: Clock): number {
  const { views, rotation } = point
  return guarded(contender, () => {
    const start = clock()
    for (let i = 0; i < count; i++) void kernel.run(views, rotation)
    return clock() - start
  })
}
