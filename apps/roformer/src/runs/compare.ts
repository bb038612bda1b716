/**
 * A comparison: variants of one recipe and seed, side by side, with as many at a time as there are
 * cores for.
 */
import { RopeError } from '@rope/core'
import type { PositionName } from '../model/options.js'
import { inLanes } from './lanes.js'
import type { StartVariant, VariantOutcome } from './processes.js'
import type { Recipe } from './recipe.js'
import type { VariantState } from './state.js'

/** What is compared. */
export interface Comparison {
  readonly recipe: Recipe
  readonly variants: readonly PositionName[]
  readonly seed: number
  /** Processes at a time. */
  readonly processes: number
  /** No step begins after this time, in milliseconds of `Date.now()`. */
  readonly deadline?: number
}

/** Trains all variants; `update` gets the states of all of them whenever one has changed. */
export async function compare(
  { recipe, variants, seed, processes, deadline }: Comparison,
  start: StartVariant,
  update: (states: readonly VariantState[]) => void,
): Promise<readonly VariantOutcome[]> {
  const states: VariantState[] = variants.map((positions) => ({
    positions,
    ...{ step: 0, training: undefined, heldOut: [] },
  }))
  const change = (i: number, changes: Partial<VariantState>): void => {
    states[i] = { ...(states[i] as VariantState), ...changes }
    update(states)
  }
  const outcomes = await inLanes(variants, processes, async (positions, i) => {
    const job = { recipe, positions, seed, ...(deadline === undefined ? {} : { deadline }) }
    const outcome = await start(job, ({ step, training, heldOut }) => {
      const known = states[i]?.heldOut ?? []
      const isNew = heldOut !== undefined && known.at(-1)?.[0] !== heldOut[0]
      change(i, { step, training, heldOut: isNew ? [...known, heldOut] : known })
    })
    const { steps: step, heldOut, measured } = outcome
    change(i, { step, heldOut, measured })
    return outcome
  })
  checkSameStart(outcomes)
  return outcomes
}

/**
 * Variants of one seed started from the same weights and saw the same batches, or nothing is compared.
 *
 * @throws RopeError BACKEND_FAILED
 */
export function checkSameStart(outcomes: readonly VariantOutcome[]): void {
  const [first] = outcomes
  for (const { positions, weights, batches, steps } of outcomes) {
    if (weights === first?.weights && (batches === first.batches || steps < 20)) continue
    throw new RopeError(
      'BACKEND_FAILED',
      `the variants ${first?.positions} and ${positions} did not start from the same weights and batches`,
    )
  }
}
