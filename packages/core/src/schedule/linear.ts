/**
 * Position interpolation: every default frequency divided by `factor`, which squeezes a context
 * `factor` times longer into the angles the model knows (Chen et al. 2023, arXiv 2306.15595).
 */
import { divide } from '../angles/double-double.js'
import { checkAtLeast, checkKeys } from '../check.js'
import { defaultFrequencies } from './default.js'
import { HIGHEST_FREQUENCY } from './highest-frequency.js'
import type { Frequencies, LinearSchedule, Schedule } from './schedule.js'

function linearFrequencies(options: LinearSchedule, pairs: number): Frequencies {
  const unscaled = defaultFrequencies(options.base, pairs)
  const scaled = Array.from(unscaled.inverseFrequencies, (value, i) =>
    divide(value, unscaled.residuals[i] as number, options.factor),
  )
  return {
    ...unscaled,
    inverseFrequencies: Float64Array.from(scaled, (frequency) => frequency.value),
    residuals: Float64Array.from(scaled, (frequency) => frequency.residual),
    float32Frequencies: unscaled.float32Frequencies.map(
      (value) => value / Math.fround(options.factor),
    ),
  }
}

/** `{ type: 'linear', base, factor }`. */
export const linearSchedule: Schedule<LinearSchedule> = {
  type: 'linear',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base', 'factor'])
    const base = checkAtLeast(options.base, 'schedule.base', 1)
    return {
      type: 'linear',
      base,
      factor: checkAtLeast(options.factor, 'schedule.factor', 1 / HIGHEST_FREQUENCY),
    }
  },
  frequencies: linearFrequencies,
}
