/**
 * Inverse frequencies of every schedule straight from its formula, three times: in double with
 * plain Math, exactly, and as the float32 operations of PyTorch give them. A window of `pairs`
 * pairs has d = 2 * pairs channels, and i counts pairs from 0.
 */
import { RopeError } from '../errors.js'
import { MOST_PAIRS } from '../limits.js'
import type { ScheduleOptions } from '../schedule/schedule.js'
import { type Big, divide, fromDouble, multiply, ONE, toFloat32 } from './big.js'
import { at } from './element.js'
import { exponential, logarithm } from './elementary.js'
import { exactPower } from './exact-angle.js'

function perPair<Value>(pairs: number, formula: (i: number) => Value): Value[] {
  if (Number.isInteger(pairs) && pairs >= 1 && pairs <= MOST_PAIRS) {
    return Array.from({ length: pairs }, (_, i) => formula(i))
  }
  const problem = `pairs is ${String(pairs)}; accepted: an integer from 1 to ${MOST_PAIRS}`
  throw new RopeError('INVALID_OPTION', problem, { field: 'pairs' })
}

/** The schedules these formulas are for; a schedule that only adds to them is refused. */
type OracleSchedule = Extract<ScheduleOptions, { type: 'default' | 'linear' | 'custom' }>

function checkSchedule(schedule: ScheduleOptions): asserts schedule is OracleSchedule {
  if (['default', 'linear', 'custom'].includes(schedule.type)) return
  throw new RopeError(
    'UNKNOWN_SCHEDULE',
    `the oracle has no formula for schedule '${schedule.type}'; give its frequencies as schedule 'custom'`,
    { field: 'schedule.type' },
  )
}

/**
 * Radians per position of each pair, in double.
 *
 * - default: `base^(-2i/d)` (RoFormer, section 3.2.2)
 * - linear: `base^(-2i/d) / factor` (Chen et al. 2023, arXiv 2306.15595, equation 4)
 * - custom: as given
 */
export function inverseFrequencies(schedule: ScheduleOptions, pairs: number): Float64Array {
  checkSchedule(schedule)
  const d = 2 * pairs
  if (schedule.type === 'custom') {
    return Float64Array.from(perPair(pairs, (i) => at(schedule.inverseFrequencies, i)))
  }
  const factor = schedule.type === 'linear' ? schedule.factor : 1
  return Float64Array.from(perPair(pairs, (i) => schedule.base ** ((-2 * i) / d) / factor))
}

/** The same formulas as `inverseFrequencies`, each value to a relative 2^-300. */
export function exactFrequencies(schedule: ScheduleOptions, pairs: number): readonly Big[] {
  checkSchedule(schedule)
  const d = 2 * pairs
  if (schedule.type === 'custom') {
    return perPair(pairs, (i) => fromDouble(at(schedule.inverseFrequencies, i)))
  }
  const factor = schedule.type === 'linear' ? fromDouble(schedule.factor) : ONE
  return perPair(pairs, (i) => divide(exactPower(schedule.base, i, d), factor))
}

/** `base^exponent` of two float32 numbers, rounded once to float32: a perfect powf. */
function float32Power(base: number, exponent: number): number {
  return toFloat32(exponential(multiply(fromDouble(exponent), logarithm(fromDouble(base)))))
}

/**
 * The frequencies of PyTorch models: `1.0 / (base ** (arange(0, d, 2).float() / d))`, then for
 * linear `/ factor`, with base, factor and every result in float32, each rounded once.
 */
export function float32Frequencies(schedule: ScheduleOptions, pairs: number): Float32Array {
  checkSchedule(schedule)
  const d = 2 * pairs
  if (schedule.type === 'custom') {
    return Float32Array.from(perPair(pairs, (i) => at(schedule.inverseFrequencies, i)))
  }
  const base = Math.fround(schedule.base)
  const factor = Math.fround(schedule.type === 'linear' ? schedule.factor : 1)
  const frequency = (i: number): number => {
    const exponent = Math.fround(Math.fround(2 * i) / Math.fround(d))
    return Math.fround(Math.fround(1 / float32Power(base, exponent)) / factor)
  }
  return Float32Array.from(perPair(pairs, frequency))
}

/** A, the factor on cos and sin: 1 unless the schedule states another. */
export function attentionFactor(schedule: ScheduleOptions): number {
  return schedule.type === 'custom' ? (schedule.attentionFactor ?? 1) : 1
}
