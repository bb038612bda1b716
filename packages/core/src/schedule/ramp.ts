/**
 * The ramp of YaRN and of NTK by parts: it begins and ends at the pairs that turn a given number
 * of times within the original context.
 *
 *     r(beta) = d ln(L0 / (2 pi beta)) / (2 ln theta)
 */

/** Where a ramp begins and ends, in pairs; may lie beyond the last pair. */
export interface Ramp {
  readonly low: number
  readonly high: number
}

/** What a ramp depends on besides the numbers of turns. */
export interface RampContext {
  /** theta, above 1. */
  readonly base: number
  readonly originalMaxPositionEmbeddings: number
}

/**
 * The ramp from the pair that turns `fast` times to the pair that turns `slow` times.
 *
 * @param pairs number of pairs of the window
 * @param truncate whether the ends are rounded outwards to whole pairs
 */
export function rampOf(
  { base, originalMaxPositionEmbeddings: length }: RampContext,
  fast: number,
  slow: number,
  pairs: number,
  truncate = true,
): Ramp {
  const dim = 2 * pairs
  const index = (beta: number): number =>
    (dim * Math.log(length / (beta * 2 * Math.PI))) / (2 * Math.log(base))
  const low = Math.max(truncate ? Math.floor(index(fast)) : index(fast), 0)
  // The cap is d - 1, not the last pair: every implementation that models were trained with has it.
  const high = Math.min(truncate ? Math.ceil(index(slow)) : index(slow), dim - 1)
  // Equal ends would divide by zero; the offset is the one every implementation uses.
  return { low, high: low === high ? high + 0.001 : high }
}

/** How far along the ramp pair `i` is, from 0 to 1. */
export function rampAt({ low, high }: Ramp, i: number): number {
  return Math.min(1, Math.max(0, (i - low) / (high - low)))
}
