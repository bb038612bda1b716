/**
 * Proportional RoPE (Gemma 4's full-attention layers): pairing spans the whole window, only the
 * first share of its pairs turns, and exponents divide by the full window, so this is not the
 * same as a partial window. The other pairs have frequency 0.
 */
import { checkKeys, reject } from '../check.js'
import {
  buildFrequencies,
  checkBase,
  checkExponentDim,
  checkFactor,
  dividedBy,
  float32Powers,
} from './build.js'
import { inversePowers } from './exact-power.js'
import type { Frequencies, ProportionalSchedule, Schedule } from './schedule.js'

function proportionalFrequencies(options: ProportionalSchedule, pairs: number): Frequencies {
  const { base, partialRotaryFactor, factor = 1, exponentDim = 2 * pairs } = options
  const live = Math.floor((partialRotaryFactor * 2 * pairs) / 2)
  const still = { value: 0, residual: 0 }
  const exact = inversePowers(base, pairs, exponentDim / 2).map((frequency, i) =>
    i < live ? dividedBy(frequency, factor) : still,
  )
  const float32 = float32Powers(base, pairs, exponentDim).map((power, i) =>
    i < live ? Math.fround(1 / power) / Math.fround(factor) : 0,
  )
  return buildFrequencies(exact, float32)
}

const KEYS = ['type', 'base', 'partialRotaryFactor', 'factor', 'exponentDim']

/** `{ type: 'proportional', base, partialRotaryFactor, factor?, exponentDim? }`. */
export const proportionalSchedule: Schedule<ProportionalSchedule> = {
  type: 'proportional',
  validate(options) {
    checkKeys(options, 'schedule', KEYS)
    const { partialRotaryFactor: share, factor } = options
    if (!(typeof share === 'number' && share > 0 && share <= 1)) {
      return reject('INVALID_OPTION', 'schedule.partialRotaryFactor', share, 'above 0, at most 1')
    }
    return {
      type: 'proportional',
      base: checkBase(options.base),
      partialRotaryFactor: share,
      ...(factor === undefined ? {} : { factor: checkFactor(factor) }),
      ...checkExponentDim(options),
    }
  },
  frequencies: proportionalFrequencies,
}
