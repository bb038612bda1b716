/**
 * xPos (Sun et al. 2022, arXiv 2212.10554): default frequencies, and a magnitude zeta[i]^p on q and
 * zeta[i]^-p on k, so that scores decay with distance.
 *
 *     zeta[i] = (2i + 0.4 d) / (1.4 d);   p = (position - centre) / scaleBase
 *
 * The product depends on the distance alone as long as q and k share the centre, which is why it
 * is fixed here: published code moves it with the length of the call, and cached keys then disagree.
 * q and k have rows of their own, so each has a rope of its own: the sign of p is part of the data.
 */
import { checkKeys, checkPositive, checkWord, reject } from '../check.js'
import { checkBase, pick } from './build.js'
import { defaultFrequencies } from './default.js'
import type { Frequencies, Schedule, XposSchedule } from './schedule.js'

function xposFrequencies(options: XposSchedule, pairs: number): Frequencies {
  const { base, tensor, scaleBase = 512, centre = 0 } = options
  const dim = 2 * pairs
  const sign = tensor === 'q' ? 1 : -1
  const rates = Float64Array.from(
    { length: pairs },
    (_, i) => sign * (Math.log((2 * i + 0.4 * dim) / (1.4 * dim)) / scaleBase),
  )
  return { ...defaultFrequencies(base, pairs), decay: { rates, centre } }
}

function checkCentre(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return reject('INVALID_OPTION', field, value, 'a finite number')
}

/** `{ type: 'xpos', base, tensor, scaleBase?, centre? }`. */
export const xposSchedule: Schedule<XposSchedule> = {
  type: 'xpos',
  isSingleAxis: true,
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base', 'tensor', 'scaleBase', 'centre'])
    return {
      type: 'xpos',
      base: checkBase(options.base),
      tensor: checkWord(options.tensor, 'schedule.tensor', ['q', 'k']),
      ...pick(options, ['scaleBase'], checkPositive),
      ...pick(options, ['centre'], checkCentre),
    }
  },
  frequencies: xposFrequencies,
}
