/**
 * NTK by parts (bloc97, 2023), the step between NTK and YaRN: pairs that turn about once in the
 * original context go over from linear to NTK frequencies, those that turn often to the default
 * ones, each along a ramp of its own. The attention factor is 1.
 */
import { checkAtLeast, checkKeys, reject } from '../check.js'
import {
  blend,
  buildFrequencies,
  checkBase,
  checkFactor,
  checkLength,
  dividedBy,
  float32Powers,
  pick,
  stretchedBase,
} from './build.js'
import { inversePowers } from './exact-power.js'
import { type Ramp, rampAt, rampOf } from './ramp.js'
import type { Frequencies, NtkByPartsSchedule, Schedule } from './schedule.js'

/** Turns between which linear and NTK frequencies are mixed. */
const NTK_TURNS = [1.25, 0.75] as const
/** Turns between which that mixture and the default frequencies are mixed. */
const DEFAULT_TURNS = [16, 2] as const

/** The shares of NTK and of default frequencies at each pair. */
interface Shares {
  readonly ntk: readonly number[]
  readonly plain: readonly number[]
}

function sharesOf(options: NtkByPartsSchedule, pairs: number): Shares {
  const { ntkFactor = 1, extrapolationFactor = 1 } = options
  const along = (ramp: Ramp, factor: number): readonly number[] =>
    Array.from({ length: pairs }, (_, i) => (1 - rampAt(ramp, i)) * factor)
  return {
    ntk: along(rampOf(options, ...NTK_TURNS, pairs), ntkFactor),
    plain: along(rampOf(options, ...DEFAULT_TURNS, pairs), extrapolationFactor),
  }
}

function ntkByPartsFrequencies(options: NtkByPartsSchedule, pairs: number): Frequencies {
  const { base, factor } = options
  const shares = sharesOf(options, pairs)
  const stretched = inversePowers(stretchedBase(base, factor, pairs), pairs)
  const exact = inversePowers(base, pairs).map((frequency, i) => {
    const ntk = stretched[i] as (typeof stretched)[number]
    const scaled = blend(dividedBy(frequency, factor), ntk, shares.ntk[i] as number)
    return blend(scaled, frequency, shares.plain[i] as number)
  })
  return buildFrequencies(exact, float32NtkByParts(options, shares, pairs))
}

/** The order of operations of the original code, in float32. */
function float32NtkByParts(
  { base, factor }: NtkByPartsSchedule,
  { ntk, plain }: Shares,
  pairs: number,
): Float32Array {
  const round = Math.fround
  const stretched = float32Powers(stretchedBase(base, factor, pairs), pairs)
  const mix = (a: number, b: number, share: number): number =>
    round(round(a * round(1 - share)) + round(b * share))
  return float32Powers(base, pairs).map((power, i) => {
    const linear = round(1 / round(round(factor) * power))
    const scaled = mix(linear, round(1 / (stretched[i] as number)), round(ntk[i] as number))
    return mix(scaled, round(1 / power), round(plain[i] as number))
  })
}

const SHARES = ['ntkFactor', 'extrapolationFactor'] as const
const KEYS = ['type', 'base', 'factor', 'originalMaxPositionEmbeddings', ...SHARES]

/** `{ type: 'ntk-by-parts', base, factor, originalMaxPositionEmbeddings, ... }`. */
export const ntkByPartsSchedule: Schedule<NtkByPartsSchedule> = {
  type: 'ntk-by-parts',
  validate(options, pairs) {
    checkKeys(options, 'schedule', KEYS)
    const base = checkBase(options.base)
    if (base === 1) reject('INVALID_OPTION', 'schedule.base', base, 'a number above 1')
    const factor = checkFactor(options.factor)
    checkAtLeast(stretchedBase(base, factor, pairs), 'schedule.factor (the base it makes)', 1)
    const key = 'originalMaxPositionEmbeddings'
    return {
      type: 'ntk-by-parts',
      base,
      factor,
      [key]: checkLength(options[key], key),
      ...pick(options, SHARES, (value, field) => checkAtLeast(value, field, 0)),
    }
  },
  frequencies: ntkByPartsFrequencies,
}
