/**
 * The default schedule: inverseFrequency[i] = theta^(-2i/d), d = 2 * pairs.
 * RoFormer (Su et al. 2021, arXiv 2104.09864), section 3.2.2 and equation 15.
 */
import { checkKeys } from '../check.js'
import { buildFrequencies, checkBase, checkExponentDim, float32Powers } from './build.js'
import { inversePowers } from './exact-power.js'
import type { DefaultSchedule, Frequencies, Schedule } from './schedule.js'

/**
 * The default frequencies.
 *
 * @param base theta, at least 1
 * @param pairs number of pairs n
 * @param dim what the exponents divide by, -2i / dim; 2n when absent
 */
export function defaultFrequencies(
  base: number,
  pairs: number,
  dim: number = 2 * pairs,
): Frequencies {
  // As PyTorch's eager code: 1 / base ** (arange(0, d, 2) / d), each operation rounded once.
  const float32 = float32Powers(base, pairs, dim).map((power) => 1 / power)
  return buildFrequencies(inversePowers(base, pairs, dim / 2), float32)
}

/** `{ type: 'default', base, exponentDim? }`. */
export const defaultSchedule: Schedule<DefaultSchedule> = {
  type: 'default',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base', 'exponentDim'])
    return { type: 'default', base: checkBase(options.base), ...checkExponentDim(options) }
  },
  frequencies: (options, pairs) => defaultFrequencies(options.base, pairs, options.exponentDim),
}
