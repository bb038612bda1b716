/**
 * How far a head looks: its shares of attention, added up by distance.
 */

/** Attention of some heads over one sentence: [heads, tokens * tokens], queries by keys. */
export interface Shares {
  readonly heads: number
  readonly tokens: number
  readonly data: Float32Array
}

/** Tokens at some distances from the one that looks, the last distance included. */
export interface Distances {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** From far before to far after; together they are everything. */
export const DISTANCES: readonly Distances[] = [
  { name: '16 or more before', from: Number.NEGATIVE_INFINITY, to: -16 },
  { name: '4 to 15 before', from: -15, to: -4 },
  { name: '2 or 3 before', from: -3, to: -2 },
  { name: 'the one before', from: -1, to: -1 },
  { name: 'itself', from: 0, to: 0 },
  { name: 'the one after', from: 1, to: 1 },
  { name: '2 or 3 after', from: 2, to: 3 },
  { name: '4 to 15 after', from: 4, to: 15 },
  { name: '16 or more after', from: 16, to: Number.POSITIVE_INFINITY },
]

/** What counts as near. */
export const NEAR: Distances = { name: 'near', from: -3, to: 3 }

/** The share of attention that a head gives to tokens at these distances, from 0 to 1. */
export function shareWithin(shares: Shares, head: number, { from, to }: Distances): number {
  const { tokens, data } = shares
  let sum = 0
  for (let query = 0; query < tokens; query++) {
    const row = (head * tokens + query) * tokens
    const last = Math.min(tokens - 1, query + to)
    for (let key = Math.max(0, query + from); key <= last; key++) sum += data[row + key] as number
  }
  return sum / tokens
}

/** What even attention would give to tokens at these distances. */
export function evenShare(tokens: number, distances: Distances): number {
  const data = new Float32Array(tokens * tokens).fill(1 / tokens)
  return shareWithin({ heads: 1, tokens, data }, 0, distances)
}
