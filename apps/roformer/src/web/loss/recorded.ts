/**
 * The curves that were recorded, to be drawn behind the live ones.
 */
import type { PositionName } from '../../model/options.js'
import type { Recipe } from '../../runs/recipe.js'
import type { Curve } from '../training/model-state.js'

/** The part of a record that is read. */
export interface RecordedRuns {
  readonly recipe: unknown
  readonly outcomes: readonly {
    readonly positions: string
    readonly seed: number
    readonly heldOut: readonly (readonly number[])[]
    /** The loss of each of the first steps, in nats. */
    readonly firstLosses: readonly number[]
  }[]
}

/**
 * The held-out losses of a kind of positions, one curve for each seed; none where another recipe was
 * recorded, since nothing could be compared.
 */
export function recordedCurves(
  { recipe: recorded, outcomes }: RecordedRuns,
  recipe: Recipe,
  positions: PositionName,
): readonly Curve[] {
  if (!isSame(recorded, recipe)) return []
  return outcomes
    .filter((outcome) => outcome.positions === positions)
    .map(({ heldOut }) => heldOut.map(([step = 0, loss = 0]) => [step, loss] as const))
}

/** The loss before anything was learned; null where another recipe was recorded. */
export function recordedStart(
  { recipe: recorded, outcomes }: RecordedRuns,
  recipe: Recipe,
): number | null {
  return isSame(recorded, recipe) ? (outcomes[0]?.firstLosses[0] ?? null) : null
}

/** Whether two recipes are the same data, in whatever order their fields stand. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [ofA, ofB] = [a, b] as [
    Readonly<Record<string, unknown>>,
    Readonly<Record<string, unknown>>,
  ]
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => isSame(ofA[name], ofB[name]))
}
