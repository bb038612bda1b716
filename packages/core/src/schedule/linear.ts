/**
 * Position interpolation: every default frequency divided by `factor`, which squeezes a context
 * `factor` times longer into the angles the model knows (Chen et al. 2023, arXiv 2306.15595).
 */
import { checkKeys } from '../check.js'
import {
  buildFrequencies,
  checkBase,
  checkExponentDim,
  checkFactor,
  dividedBy,
  float32Powers,
} from './build.js'
import { inversePowers } from './exact-power.js'
import type { Frequencies, LinearSchedule, Schedule } from './schedule.js'

function linearFrequencies(options: LinearSchedule, pairs: number): Frequencies {
  const { base, factor, exponentDim = 2 * pairs } = options
  const exact = inversePowers(base, pairs, exponentDim / 2).map((frequency) =>
    dividedBy(frequency, factor),
  )
  const float32 = float32Powers(base, pairs, exponentDim).map(
    (power) => Math.fround(1 / power) / Math.fround(factor),
  )
  return buildFrequencies(exact, float32)
}

/** `{ type: 'linear', base, factor, exponentDim? }`. */
export const linearSchedule: Schedule<LinearSchedule> = {
  type: 'linear',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base', 'factor', 'exponentDim'])
    return {
      type: 'linear',
      base: checkBase(options.base),
      factor: checkFactor(options.factor),
      ...checkExponentDim(options),
    }
  },
  frequencies: linearFrequencies,
}
