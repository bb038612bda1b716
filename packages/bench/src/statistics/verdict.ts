/**
 * A ratio in words. There are three outcomes, and the third is an honest one: when 1 lies in the
 * interval, the measurement has not shown a difference, whatever the median says.
 */
import { inverseRatio, type Ratio } from './ratio.js'

/** What a comparison has shown. */
export type Outcome = 'faster' | 'slower' | 'no difference detected'

/** What the interval of a ratio of speeds allows to say. */
export function outcomeOf(ratio: Ratio): Outcome {
  if (ratio.low > 1) return 'faster'
  return ratio.high < 1 ? 'slower' : 'no difference detected'
}

/** The outcome with its numbers: `1.8x faster [1.7, 1.9]` or `no difference detected`. */
export function verdict(ratio: Ratio): string {
  const outcome = outcomeOf(ratio)
  if (outcome === 'no difference detected') return outcome
  const shown = outcome === 'faster' ? ratio : inverseRatio(ratio)
  const decimals = Math.max(ratioDecimals(shown), decimalsAboveOne(shown.low))
  const [value, low, high] = [shown.value, shown.low, shown.high].map((x) => x.toFixed(decimals))
  return `${value}x ${outcome} [${low}, ${high}]`
}

/** A ratio and its interval as numbers only: `0.97 [0.95, 0.99]`. */
export function ratioText(ratio: Ratio): string {
  const decimals = Math.max(ratio.value < 10 ? 2 : 0, ratioDecimals(ratio))
  const [value, low, high] = [ratio.value, ratio.low, ratio.high].map((x) => x.toFixed(decimals))
  return `${value} [${low}, ${high}]`
}

/** As many decimals as the width of the interval justifies: no more than the first that moves. */
function ratioDecimals({ value, low, high }: Ratio): number {
  const halfWidth = Math.max((high - low) / 2, value * 1e-3)
  return Math.min(3, Math.max(0, Math.ceil(-Math.log10(halfWidth) - 0.5)))
}

/** Enough decimals that a difference does not read as `1.0`. */
function decimalsAboveOne(low: number): number {
  const enough = [0, 1, 2, 3].find((decimals) => Number(low.toFixed(decimals)) > 1)
  return enough ?? 3
}
