/**
 * NTK-aware scaling with a fixed base: theta' = theta * s^(d/(d-2)), so that the last pair is
 * interpolated by s and the first not at all (bloc97, 2023). The same formula with `alpha` in the
 * place of s is what Hunyuan configs call alpha.
 */
import { checkAtLeast, checkKeys } from '../check.js'
import { checkBase, checkFactor, stretchedBase } from './build.js'
import { defaultFrequencies } from './default.js'
import type { NtkAlphaSchedule, NtkSchedule, Schedule } from './schedule.js'

/** `{ type: 'ntk', base, factor }`. */
export const ntkSchedule: Schedule<NtkSchedule> = {
  type: 'ntk',
  validate(options, pairs) {
    checkKeys(options, 'schedule', ['type', 'base', 'factor'])
    const base = checkBase(options.base)
    const factor = checkFactor(options.factor)
    checkAtLeast(stretchedBase(base, factor, pairs), 'schedule.factor (the base it makes)', 1)
    return { type: 'ntk', base, factor }
  },
  frequencies: ({ base, factor }, pairs) =>
    defaultFrequencies(stretchedBase(base, factor, pairs), pairs),
}

/** `{ type: 'ntk-alpha', base, alpha }`. */
export const ntkAlphaSchedule: Schedule<NtkAlphaSchedule> = {
  type: 'ntk-alpha',
  validate(options, pairs) {
    checkKeys(options, 'schedule', ['type', 'base', 'alpha'])
    const base = checkBase(options.base)
    const alpha = checkFactor(options.alpha, 'schedule.alpha')
    checkAtLeast(stretchedBase(base, alpha, pairs), 'schedule.alpha (the base it makes)', 1)
    return { type: 'ntk-alpha', base, alpha }
  },
  frequencies: ({ base, alpha }, pairs) =>
    defaultFrequencies(stretchedBase(base, alpha, pairs), pairs),
}
