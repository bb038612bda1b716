/**
 * What the page knows of one model: folded from the reports of its worker. No DOM here.
 */
import type { PositionName } from '../../model/options.js'
import type { LossAt } from '../../runs/state.js'
import type { TrainingDevice } from '../../training/trainer.js'
import type { LearnerReport, Snapshot } from './messages.js'

/** One model as it is now. */
export interface ModelState {
  readonly positions: PositionName
  readonly phase: 'idle' | 'loading' | 'training' | 'done' | 'crashed'
  /** What it runs on; null before it is known. */
  readonly device: TrainingDevice | null
  /** The loss of every step, in nats. */
  readonly losses: readonly number[]
  readonly heldOut: readonly LossAt[]
  readonly snapshot: Snapshot | null
  /** What every snapshot so far said of its heads: a share for each sentence and head. */
  readonly near: readonly NearAt[]
  /** Steps per second of late; null before the first. */
  readonly rate: number | null
  /** Why it crashed. */
  readonly message: string | null
}

/** How near the heads looked after so many steps, [sentences][layers * heads]. */
export type NearAt = readonly [step: number, near: readonly (readonly number[])[]]

/** What happened to a model: a report of its worker, or the loss of that worker. */
export type ModelEvent = LearnerReport | { readonly type: 'crashed'; readonly message: string }

/** A model that nobody trains yet. */
export function idleModel(positions: PositionName): ModelState {
  const nothing = { device: null, snapshot: null, rate: null, message: null } as const
  return { positions, phase: 'idle', losses: [], heldOut: [], near: [], ...nothing }
}

/** The state after an event. What is over stays over. */
export function follow(state: ModelState, event: ModelEvent): ModelState {
  if (state.phase === 'crashed' || state.phase === 'done') return state
  switch (event.type) {
    case 'ready':
      return { ...state, phase: 'training', device: event.device }
    case 'steps':
      return {
        ...state,
        losses: [...state.losses, ...event.losses],
        rate: smoothRate(state.rate, (1000 * event.losses.length) / event.milliseconds),
      }
    case 'heldOut':
      return { ...state, heldOut: [...state.heldOut, event.heldOut] }
    case 'snapshot':
      return { ...state, snapshot: event.snapshot, near: [...state.near, nearOf(event.snapshot)] }
    case 'done':
      return { ...state, phase: 'done' }
    case 'failed':
    case 'crashed':
      return { ...state, phase: 'crashed', message: event.message }
  }
}

function nearOf({ step, readings }: Snapshot): NearAt {
  return [step, readings.map(({ near }) => near)]
}

/** The share of the newest report in the rate that is shown, so that it can be read. */
const NEWEST = 0.3

function smoothRate(before: number | null, now: number): number | null {
  // A clock that is coarse may see no time pass.
  if (!Number.isFinite(now)) return before
  return before === null ? now : before + NEWEST * (now - before)
}

/** Points of a curve, as charts take them. */
export type Curve = readonly LossAt[]

/** A mean that is not whole yet stands at a multiple of so many steps. */
const GROWS_BY = 10

/**
 * The training loss as a curve: the mean of each `width` steps, at the last of them; and of those that
 * are left over, so that the curve grows while a width is long.
 *
 * @param losses of every step
 */
export function meansOf(losses: readonly number[], width: number): Curve {
  const end = losses.length - ((losses.length % width) % GROWS_BY)
  return Array.from({ length: Math.ceil(end / width) }, (_, i): LossAt => {
    const part = losses.slice(i * width, Math.min(end, (i + 1) * width))
    return [i * width + part.length, part.reduce((sum, loss) => sum + loss, 0) / part.length]
  })
}
