/**
 * Quantiles of a sample. Medians and percentiles, never means: one interrupted sample may be a
 * hundred times too slow and must not move the answer.
 */

/** The values in ascending order; the input is left alone. */
export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/**
 * The quantile at `fraction` (0 to 1) of ascending values, linear between neighbours
 * (Hyndman and Fan 1996, definition 7). NaN when there are none.
 */
export function quantile(sorted: Float64Array, fraction: number): number {
  const place = (sorted.length - 1) * fraction
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[below + 1] ?? low
  return low + (high - low) * (place - below)
}

/** The median of values in any order; NaN when there are none. */
export function median(values: ArrayLike<number>): number {
  return quantile(ascending(values), 0.5)
}
