/**
 * The row of a token that moves, for backends that do not make it themselves: the product of its
 * two factors, with the bits that the contract asks for.
 */
import type { Rotation, RowFactors } from '@rope/core'

/**
 * Writes the row at `rest` of the current block into a rotation of one float32 row. Doubles are
 * rounded once, by the store.
 */
export function makeRow(factors: RowFactors, rest: number, { cos, sin }: Rotation): void {
  const { pairs, restCos, restSin, blockCos, blockSin, attentionFactor } = factors
  const at = rest * pairs
  for (let i = 0; i < pairs; i++) {
    const ca = blockCos[i] as number
    const sa = blockSin[i] as number
    const cb = restCos[at + i] as number
    const sb = restSin[at + i] as number
    cos[i] = attentionFactor * (ca * cb - sa * sb)
    sin[i] = attentionFactor * (sa * cb + ca * sb)
  }
}
