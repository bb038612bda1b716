/**
 * vLLM's two NTK variants, both of which reach the interpolated frequency at the last pair but
 * stretch the first one too (bloc97's and Su's forms, kexue.fm/archives/9706).
 *
 *     fixed   F[i] = f[i] * s^(-2 (i + 1) / d)
 *     mixed   F[i] = f[i] * exp(-a (i + 1)^b),   a = ln s / (d/2)^b
 */
import { checkKeys, checkPositive } from '../check.js'
import {
  buildFrequencies,
  checkBase,
  checkFactor,
  dividedBy,
  float32Powers,
  times,
} from './build.js'
import { inversePowers, inversePowersAt } from './exact-power.js'
import type { Frequencies, NtkFixedSchedule, NtkMixedSchedule, Schedule } from './schedule.js'

function ntkFixedFrequencies({ base, factor }: NtkFixedSchedule, pairs: number): Frequencies {
  const steps = Array.from({ length: pairs }, (_, i) => i + 1)
  const stretch = inversePowersAt(factor, steps, pairs)
  const exact = inversePowers(base, pairs).map((frequency, i) => {
    const { value, residual } = stretch[i] as (typeof stretch)[number]
    const main = times(frequency, value)
    return { value: main.value, residual: main.residual + frequency.value * residual }
  })
  const divisor = Math.fround(factor ** (1 / pairs))
  const float32 = float32Powers(base * factor, pairs).map(
    (power) => Math.fround(1 / power) / divisor,
  )
  return buildFrequencies(exact, float32)
}

function ntkMixedFrequencies(options: NtkMixedSchedule, pairs: number): Frequencies {
  const { base, factor, mixedB } = options
  const a = Math.log(factor) / pairs ** mixedB
  const exact = inversePowers(base, pairs).map((frequency, i) =>
    dividedBy(frequency, Math.exp(a * (i + 1) ** mixedB)),
  )
  const float32 = float32Powers(base, pairs).map((power, i) => {
    const steps = Math.fround((i + 1) ** Math.fround(mixedB))
    const stretch = Math.fround(Math.exp(Math.fround(Math.fround(-a) * steps)))
    return Math.fround(1 / power) * stretch
  })
  return buildFrequencies(exact, float32)
}

/** `{ type: 'ntk-fixed', base, factor }`. */
export const ntkFixedSchedule: Schedule<NtkFixedSchedule> = {
  type: 'ntk-fixed',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base', 'factor'])
    return {
      type: 'ntk-fixed',
      base: checkBase(options.base),
      factor: checkFactor(options.factor),
    }
  },
  frequencies: ntkFixedFrequencies,
}

/** `{ type: 'ntk-mixed', base, factor, mixedB }`. */
export const ntkMixedSchedule: Schedule<NtkMixedSchedule> = {
  type: 'ntk-mixed',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'base', 'factor', 'mixedB'])
    return {
      type: 'ntk-mixed',
      base: checkBase(options.base),
      factor: checkFactor(options.factor),
      mixedB: checkPositive(options.mixedB, 'schedule.mixedB'),
    }
  },
  frequencies: ntkMixedFrequencies,
}
