/**
 * LongRoPE (Ding et al. 2024, arXiv 2402.13753): one searched divisor per pair, with a list for
 * sequences within the original context and another for longer ones.
 *
 *     F[i] = f[i] / divisor[i];   A = sqrt(1 + ln s / ln L0) for s above 1
 *
 * The switch is strict: a sequence of exactly L0 tokens is short. It belongs to the sequence, so
 * its name (`short` or `long`) belongs in the key of everything cached for it.
 */
import { checkKeys, checkPositive } from '../check.js'
import { checkNumbers } from '../numbers/lists.js'
import {
  buildFrequencies,
  checkBase,
  checkFactor,
  checkLength,
  dividedBy,
  float32Powers,
  pick,
} from './build.js'
import { inversePowers } from './exact-power.js'
import type { Frequencies, LongRopeSchedule, Schedule } from './schedule.js'

function regimeOf(options: LongRopeSchedule, length = 0): 'short' | 'long' {
  const inForce = options.frozenLength ?? length
  return inForce > options.originalMaxPositionEmbeddings ? 'long' : 'short'
}

function attentionFactorOf(options: LongRopeSchedule, regime: 'short' | 'long'): number {
  const { attentionFactor, factor = 1, originalMaxPositionEmbeddings: original } = options
  const mscale = regime === 'long' ? options.longMscale : options.shortMscale
  if (mscale !== undefined) return mscale
  if (attentionFactor !== undefined) return attentionFactor
  return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original))
}

function longRopeFrequencies(
  options: LongRopeSchedule,
  pairs: number,
  length?: number,
): Frequencies {
  const regime = regimeOf(options, length)
  const divisors = regime === 'long' ? options.longFactor : options.shortFactor
  const exact = inversePowers(options.base, pairs).map((frequency, i) =>
    dividedBy(frequency, divisors[i] as number),
  )
  // transformers: 1 / (factors * base ** exponents), in float32.
  const float32 = float32Powers(options.base, pairs).map(
    (power, i) => 1 / Math.fround(Math.fround(divisors[i] as number) * power),
  )
  return buildFrequencies(exact, float32, attentionFactorOf(options, regime))
}

function checkDivisors(value: unknown, field: string, pairs: number): readonly number[] {
  const divisors = checkNumbers(value, field, pairs)
  divisors.forEach((divisor, i) => checkFactor(divisor, `${field}[${i}]`))
  return divisors
}

const POSITIVE = ['attentionFactor', 'shortMscale', 'longMscale'] as const
const KEYS = [
  ...['type', 'base', 'shortFactor', 'longFactor', 'originalMaxPositionEmbeddings'],
  ...['factor', 'frozenLength', ...POSITIVE],
]

/** `{ type: 'longrope', base, shortFactor, longFactor, originalMaxPositionEmbeddings, ... }`. */
export const longRopeSchedule: Schedule<LongRopeSchedule> = {
  type: 'longrope',
  validate(options, pairs) {
    checkKeys(options, 'schedule', KEYS)
    const key = 'originalMaxPositionEmbeddings'
    return {
      type: 'longrope',
      base: checkBase(options.base),
      shortFactor: checkDivisors(options.shortFactor, 'schedule.shortFactor', pairs),
      longFactor: checkDivisors(options.longFactor, 'schedule.longFactor', pairs),
      // ln 1 = 0 would divide the attention factor's logarithm.
      [key]: checkLength(options[key], key),
      ...pick(options, ['factor'], checkFactor),
      ...pick(options, POSITIVE, checkPositive),
      ...pick(options, ['frozenLength'], () => checkLength(options.frozenLength, 'frozenLength')),
    }
  },
  frequencies: longRopeFrequencies,
  regime: regimeOf,
}
