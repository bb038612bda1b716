/**
 * The calibration of one dtype: every contender makes the same calls on the same memory, in turns,
 * and the fastest batch of each counts, since whatever else the machine does only adds time. It ends
 * when its budget does: sizes that were not reached are predicted from those that were.
 */
import type { Backend, DType, Kernel } from '@rope/core'
import { messageOf } from '../messages.js'
import type { Clock } from '../platform/timers.js'
import { type Calibration, type CostCurve, fitCurve, predict } from './costs.js'
import { calibrationPoints, foreignMemory, type Point } from './points.js'

/** Somebody to time. */
export interface Contender {
  readonly name: string
  readonly backend: Backend
}

/** A contender that threw while it was timed. */
export class ContenderError extends Error {
  readonly contender: string

  constructor(contender: string, cause: unknown) {
    super(messageOf(cause), { cause })
    this.contender = contender
  }
}

/** How to time. */
export interface CalibrateOptions {
  readonly clock: Clock
  /** Milliseconds that it may take altogether. */
  readonly budget: number
}

/** Turns of each contender at each size. */
const ROUNDS = 3

/** Milliseconds of a batch, and of the calls before the first one, on a fine clock. */
const BATCH = 0.3

/** Where a clock that stands still stops a batch. */
const MOST_CALLS = 4096

/** A batch is at least so many steps of the clock long, which keeps its error below 10 %. */
const STEPS = 10

/** A contender at one size. */
interface Runner {
  readonly name: string
  readonly kernel: Kernel
  /** Calls of a batch. */
  readonly count: number
  /** Milliseconds of a call in the fastest batch so far. */
  best: number
}

/** Measured times of one contender: microseconds by bytes. */
type Measured = Map<number, number>

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
 * @returns the costs of each, by name; empty when not even one size was reached
 * @throws ContenderError when one of them throws
 */
export function calibrate(
  dtype: DType,
  contenders: readonly Contender[],
  { clock, budget }: CalibrateOptions,
): Calibration {
  const end = clock() + budget
  const batch = Math.max(BATCH, STEPS * clockStep(clock))
  const measured = contenders.map((): Measured => new Map())
  for (const point of calibrationPoints(dtype, foreignMemory(dtype))) {
    if (clock() + expected(measured, point) > end) continue
    const runners = contenders.map((contender) => makeRunner(contender, point, batch, clock))
    takeTurns(runners, point, clock, end)
    // The first size comes twice: what was timed before the engine's compiler was done is replaced.
    for (const [i, { best }] of runners.entries()) measured[i]?.set(point.bytes, best * 1000)
  }
  const curves = contenders.map(({ name }, i) => [name, { [dtype]: curveOf(measured[i]) }] as const)
  return Object.fromEntries(curves.filter(([, { [dtype]: curve }]) => curve?.length !== 0))
}

function curveOf(measured: Measured = new Map()): CostCurve {
  const points = [...measured].map(([bytes, microseconds]) => ({ bytes, microseconds }))
  return fitCurve(points.sort((a, b) => a.bytes - b.bytes))
}

/** Milliseconds that a warm-up and a turn of everybody will take at a size, at the least. */
function expected(measured: readonly Measured[], { bytes }: Point): number {
  const times = measured.map((one) => predict(curveOf(one), bytes) ?? 0)
  return (2 * times.reduce((sum, time) => sum + time, 0)) / 1000
}

function takeTurns(runners: readonly Runner[], point: Point, clock: Clock, end: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    for (const runner of runners) {
      if (round > 0 && clock() >= end) return
      runner.best = Math.min(runner.best, timeCalls(runner, point, runner.count, clock))
    }
  }
}

/** Milliseconds of a call, over `count` of them. */
function timeCalls(
  { name, kernel }: Pick<Runner, 'name' | 'kernel'>,
  { views, rotation }: Point,
  count: number,
  clock: Clock,
): number {
  const start = clock()
  try {
    for (let i = 0; i < count; i++) void kernel.run(views, rotation)
  } catch (error) {
    throw new ContenderError(name, error)
  }
  return (clock() - start) / count
}

function compile({ name, backend }: Contender, { plan }: Point): Kernel {
  try {
    return backend.compile(plan)
  } catch (error) {
    throw new ContenderError(name, error)
  }
}

/** Calls until a batch's time has passed, which also says how many calls make a batch. */
function makeRunner(contender: Contender, point: Point, batch: number, clock: Clock): Runner {
  const named = { name: contender.name, kernel: compile(contender, point) }
  let count = 1
  let time = timeCalls(named, point, count, clock)
  for (let spent = time; spent < batch && count < MOST_CALLS; spent += time * count) {
    count *= 2
    time = timeCalls(named, point, count, clock)
  }
  const wanted = Math.ceil(batch / Math.max(time, Number.MIN_VALUE))
  return {
    ...named,
    count: Math.max(1, Math.min(count, wanted)),
    best: Number.POSITIVE_INFINITY,
  }
}
