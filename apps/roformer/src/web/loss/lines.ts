/**
 * The losses of a model as lines of the chart and rows of the table. No DOM here.
 */
import type { PositionName } from '../../model/options.js'
import type { Recipe } from '../../runs/recipe.js'
import { type Curve, type ModelState, meansOf } from '../training/model-state.js'
import { type RecordedRuns, recordedCurves } from './recorded.js'

/** The lines of one model. */
export interface Lines {
  readonly positions: PositionName
  /** A curve for each seed that was recorded. */
  readonly recorded: readonly Curve[]
  /** Means of so many steps that the chart has room for their points. */
  readonly training: Curve
  readonly heldOut: Curve
}

/** Points that a line may have. */
const POINTS = 200

/** The fewest steps in a mean, as in the terminal's table. */
const FEWEST = 10

/** Steps in a point of the training curve. */
export function meanWidth({ steps }: Pick<Recipe, 'steps'>): number {
  return Math.max(FEWEST, Math.ceil(steps / POINTS))
}

/** The lines of a model. */
export function linesOf(model: ModelState, recipe: Recipe, runs: RecordedRuns): Lines {
  const { positions, losses, heldOut } = model
  return {
    ...{ positions, heldOut },
    recorded: recordedCurves(runs, recipe, positions),
    training: meansOf(losses, meanWidth(recipe)),
  }
}

/** Where nothing is known of any loss yet. */
const UNKNOWN: readonly [number, number] = [0, 7]

/**
 * The losses between which all lines run.
 *
 * @param start the loss before anything is learned, where that is known: so that the axis stays
 */
export function rangeOf(lines: readonly Lines[], start: number | null): readonly [number, number] {
  const losses = lines
    .flatMap(({ recorded, training, heldOut }) => [...recorded, training, heldOut])
    .flatMap((curve) => curve.map(([, loss]) => loss))
  const all = start === null ? losses : [...losses, start]
  return all.length === 0 ? UNKNOWN : [Math.min(...all), Math.max(...all)]
}

/** A row of the table: a step, then the held-out loss of each model where it was measured. */
export function heldOutRows(models: readonly ModelState[]): [number, ...(number | undefined)[]][] {
  const found = models.map(({ heldOut }) => new Map(heldOut))
  const steps = new Set(found.flatMap((losses) => [...losses.keys()]))
  return [...steps]
    .sort((a, b) => a - b)
    .map((step) => [step, ...found.map((one) => one.get(step))])
}
