/**
 * Dynamic NTK: the base grows with the sequence, so that short sequences keep their frequencies
 * and the last pair is always interpolated just enough (emozilla, 2023).
 *
 *     L = max(length, max);   theta' = theta * (s L / max - (s - 1))^(d/(d-2))
 *
 * At L = max this is the default schedule. Every longer length has its own table, which is its
 * regime: cached keys of another length have to be turned over to it (`rerope`).
 */
import { checkKeys } from '../check.js'
import { checkBase, checkFactor, checkLength, pick, stretchedBase } from './build.js'
import { defaultFrequencies } from './default.js'
import type { DynamicSchedule, Frequencies, Schedule } from './schedule.js'

const KEYS = ['type', 'base', 'factor', 'maxPositionEmbeddings', 'frozenLength']

/** The length whose table is in force. */
function lengthInForce(options: DynamicSchedule, length = 0): number {
  return Math.max(options.frozenLength ?? length, options.maxPositionEmbeddings)
}

function dynamicFrequencies(options: DynamicSchedule, pairs: number, length?: number): Frequencies {
  const { base, factor, maxPositionEmbeddings: max } = options
  const inForce = lengthInForce(options, length)
  // 1 + s (L / max - 1) is the same number, and exactly 1 at L = max whatever s is.
  const stretch = 1 + factor * (inForce / max - 1)
  const exact = defaultFrequencies(stretchedBase(base, stretch, pairs), pairs)
  if (options.frozenLength !== undefined || inForce === max) return exact
  const float32Base = float32DynamicBase(options, pairs, inForce)
  const { float32Frequencies } = defaultFrequencies(float32Base, pairs)
  return { ...exact, float32Frequencies }
}

/**
 * transformers computes the run-time base from the length as a tensor, so in float32: every
 * operation rounded once, the exponent alone kept in double. A frozen length is a Python number
 * there, and all is double.
 */
function float32DynamicBase(options: DynamicSchedule, pairs: number, length: number): number {
  const round = Math.fround
  const { base, factor, maxPositionEmbeddings } = options
  const scaled = round(round(round(factor) * round(length)) / round(maxPositionEmbeddings))
  const stretch = round(scaled - round(factor - 1))
  return round(round(base) * round(stretch ** (pairs / (pairs - 1))))
}

/** `{ type: 'dynamic', base, factor, maxPositionEmbeddings, frozenLength? }`. */
export const dynamicSchedule: Schedule<DynamicSchedule> = {
  type: 'dynamic',
  validate(options, pairs) {
    checkKeys(options, 'schedule', KEYS)
    const base = checkBase(options.base)
    stretchedBase(base, 1, pairs)
    return {
      type: 'dynamic',
      base,
      factor: checkFactor(options.factor),
      maxPositionEmbeddings: checkLength(options.maxPositionEmbeddings, 'maxPositionEmbeddings'),
      ...pick(options, ['frozenLength'], () => checkLength(options.frozenLength, 'frozenLength')),
    }
  },
  frequencies: dynamicFrequencies,
  regime: lengthInForce,
}
