/**
 * The default schedule: inverseFrequency[i] = theta^(-2i/d), d = 2 * pairs.
 * RoFormer (Su et al. 2021, arXiv 2104.09864), section 3.2.2 and equation 15.
 */
import { checkAtLeast, checkKeys } from '../check.js'
import { inversePowers } from './exact-power.js'
import type { DefaultSchedule, Frequencies, Schedule } from './schedule.js'

/**
 * The default frequencies.
 *
 * @param base theta, at least 1
 * @param pairs number of pairs n; the exponents are -i/n
 */
export function defaultFrequencies(base: number, pairs: number): Frequencies {
  const powers = inversePowers(base, pairs)
  return {
    inverseFrequencies: Float64Array.from(powers, (power) => power.value),
    residuals: Float64Array.from(powers, (power) => power.residual),
    float32Frequencies: float32DefaultFrequencies(base, pairs),
    attentionFactor: 1,
    softmaxScale: 1,
  }
}

/**
 * `1 / base ** (arange(0, d, 2) / d)` in float32, each operation rounded once, as PyTorch's eager
 * code computes it (the power too is taken as correctly rounded).
 */
function float32DefaultFrequencies(base: number, pairs: number): Float32Array {
  const dim = 2 * pairs
  return Float32Array.from({ length: pairs }, (_, i) => {
    const exponent = Math.fround((2 * i) / dim)
    return 1 / Math.fround(Math.fround(base) ** exponent)
  })
}

/** `{ type: 'default', base }`. */
export const defaultSchedule: Schedule<DefaultSchedule> = {
  type: 'default',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base'])
    return { type: 'default', base: checkAtLeast(options.base, 'schedule.base', 1) }
  },
  frequencies: (options, pairs) => defaultFrequencies(options.base, pairs),
}
