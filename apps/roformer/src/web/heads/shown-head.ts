/**
 * Which head of a model is shown, and what is known of it. No DOM here.
 */
import type { ModelOptions } from '../../model/options.js'
import type { Curve, ModelState } from '../training/model-state.js'
import { type Distances, shareWithin } from './distances.js'

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
  const reading = snapshot?.readings[sentence]
  if (reading === undefined) return null
  const { attention: data, near } = reading
  const shares = { heads: layers * heads, tokens, data }
  const head = chosen === NEAREST ? near.indexOf(Math.max(...near)) : Number(chosen)
  return {
    head,
    map: data.subarray(head * tokens ** 2, (head + 1) * tokens ** 2),
    within: (distances) => shareWithin(shares, head, distances),
  }
}

/** How near the chosen head has looked, step by step; of the nearest, the one that was it each time. */
export function nearCurve({ near }: ModelState, sentence: number, chosen: string): Curve {
  return near.map(([step, bySentence]) => {
    const shares = bySentence[sentence] ?? []
    return [step, (chosen === NEAREST ? Math.max(...shares) : shares[Number(chosen)]) ?? 0]
  })
}

/** A head in words. */
export function describeHead(head: number, { heads }: Pick<Sizes, 'heads'>): string {
  return `layer ${Math.floor(head / heads) + 1}, head ${(head % heads) + 1}`
}
