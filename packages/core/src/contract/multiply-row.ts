/**
 * The row of a moving token, from its factors, for whoever has no faster way: a front door before it
 * has chosen a kernel, a test.
 */

import { reject } from '../check.js'
import type { DecodeFactors, Rotation } from './backend.js'

/** Rows of rests: as many as a block has positions. */
const RESTS = 64

/**
 * Refuses what is no rest, for kernels that make rows by themselves.
 *
 * @throws RopeError INVALID_POSITIONS
 */
export function checkRest(rest: unknown): void {
  if (Number.isInteger(rest) && (rest as number) >= 0 && (rest as number) < RESTS) return
  reject('INVALID_POSITIONS', 'rest', rest, `a whole number from 0 to ${RESTS - 1}`)
}

/**
 * Writes the row of the current block's position plus `rest` into row 0 of a rotation: the product
 * that `DecodeFactors` describes, each value rounded once.
 *
 * @param rest 0 to 63
 * @throws RopeError INVALID_POSITIONS for any other rest
 */
export function multiplyRow(factors: DecodeFactors, rest: number, { cos, sin }: Rotation): void {
  checkRest(rest)
  const { pairs, blockCos, blockSin, restCos, restSin, attentionFactor } = factors
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
