/**
 * xPos as two ropes: its rows grow with the position for q and shrink for k, so that scores decay
 * with the distance. A variant is data: each of the two is an ordinary config.
 */
import { checkRecord } from '../check.js'
import type { RopeOptions } from '../config/config.js'

/** What both ropes share. */
export interface XposOptions
  extends Pick<RopeOptions, 'headDim' | 'pairing' | 'rotaryDim' | 'windowOffset' | 'angles'> {
  /** theta. */
  readonly base: number
  /** Positions per power of zeta; 512 when absent. */
  readonly scaleBase?: number
  /** The position whose rows have length 1; 0 when absent. */
  readonly centre?: number
}

/**
 * The options of two ropes, one for q and one for k (Sun et al. 2022, arXiv 2212.10554).
 *
 * @example
 * ```ts
 * const { q, k } = xposRopes({ headDim: 64, pairing: 'interleaved', base: 10000 })
 * const queries = createRope(q, { backend })
 * const keys = createRope(k, { backend })
 * ```
 */
export function xposRopes(options: XposOptions): {
  readonly q: RopeOptions
  readonly k: RopeOptions
} {
  checkRecord(options, 'options', 'an object with headDim, pairing and base')
  const { base, scaleBase, centre, ...shared } = options
  const ropeFor = (tensor: 'q' | 'k'): RopeOptions => ({
    ...shared,
    schedule: {
      type: 'xpos',
      base,
      tensor,
      ...(scaleBase === undefined ? {} : { scaleBase }),
      ...(centre === undefined ? {} : { centre }),
    },
  })
  return { q: ropeFor('q'), k: ropeFor('k') }
}
