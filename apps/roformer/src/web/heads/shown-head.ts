/**
 * Which head of a model is shown, and what is known of it. No DOM here.
 */
import type { ModelOptions } from '../../model/options.js'
import type { ModelState } from '../training/model-state.js'
import { type Distances, nearestHead, shareWithin } from './distances.js'

/** The choice of the head that looks nearest, in each model by itself. */
export const NEAREST = 'nearest'

/** A head. */
export interface ShownHead {
  /** Counted through all layers. */
  readonly head: number
  /** [tokens * tokens], queries by keys. */
  readonly map: Float32Array<ArrayBuffer>
  /** Its share of attention at these distances. */
  within(distances: Distances): number
}

type Sizes = Pick<ModelOptions, 'layers' | 'heads' | 'tokens'>

/**
 * The chosen head of a model; null before the model has read anything.
 *
 * @param chosen a number, counted through all layers, or `NEAREST`
 */
export function showHead(
  { snapshot }: ModelState,
  { layers, heads, tokens }: Sizes,
  sentence: number,
  chosen: string,
): ShownHead | null {
  const data = snapshot?.readings[sentence]?.attention
  if (data === undefined) return null
  const shares = { heads: layers * heads, tokens, data }
  const head = chosen === NEAREST ? nearestHead(shares) : Number(chosen)
  return {
    head,
    map: data.subarray(head * tokens ** 2, (head + 1) * tokens ** 2),
    within: (distances) => shareWithin(shares, head, distances),
  }
}

/** A head in words. */
export function describeHead(head: number, { heads }: Pick<Sizes, 'heads'>): string {
  return `layer ${Math.floor(head / heads) + 1}, head ${(head % heads) + 1}`
}
