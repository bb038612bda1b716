/**
 * What the schedules share: building `Frequencies` from exact numbers, blending two sets of them,
 * and the float32 powers that PyTorch code starts from.
 */

import { checkAtLeast, checkInteger, reject } from '../check.js'
import { MOST_CHANNELS } from '../limits.js'
import { type DoubleDouble, divide, multiply, sum } from '../numbers/double-double.js'
import { HIGHEST_FREQUENCY } from './highest-frequency.js'
import type { Frequencies } from './schedule.js'

/** `Frequencies` from one exact number per pair and their float32 twins. */
export function buildFrequencies(
  exact: readonly DoubleDouble[],
  float32Frequencies: Float32Array,
  attentionFactor = 1,
  softmaxScale = 1,
): Frequencies {
  return {
    inverseFrequencies: Float64Array.from(exact, (frequency) => frequency.value),
    residuals: Float64Array.from(exact, (frequency) => frequency.residual),
    float32Frequencies,
    attentionFactor,
    softmaxScale,
  }
}

/** `frequency / divisor`, exactly. */
export function dividedBy(frequency: DoubleDouble, divisor: number): DoubleDouble {
  return divide(frequency.value, frequency.residual, divisor)
}

/** `frequency * factor`, exactly. */
export function times(frequency: DoubleDouble, factor: number): DoubleDouble {
  return multiply(frequency.value, frequency.residual, factor)
}

/** `a * (1 - share) + b * share`. */
export function blend(a: DoubleDouble, b: DoubleDouble, share: number): DoubleDouble {
  if (share === 0) return a
  if (share === 1) return b
  return sum(times(a, 1 - share), times(b, share))
}

/** `base ** (arange(0, 2 * pairs, 2) / dim)` in float32, each operation rounded once. */
export function float32Powers(base: number, pairs: number, dim: number = 2 * pairs): Float32Array {
  return Float32Array.from(
    { length: pairs },
    (_, i) => Math.fround(base) ** Math.fround((2 * i) / dim),
  )
}

/** The base that stretches the last of `pairs` pairs by `factor`: base * factor^(d / (d - 2)). */
export function stretchedBase(base: number, factor: number, pairs: number): number {
  if (pairs === 1) {
    reject('INVALID_OPTION', 'rotaryDim', 2, 'at least 4 for a schedule that changes the base')
  }
  const stretched = base * factor ** (pairs / (pairs - 1))
  if (stretched < Number.POSITIVE_INFINITY) return stretched
  return reject(
    'INVALID_OPTION',
    `the base that base ${base} and a stretch of ${factor} make`,
    stretched,
    'a finite number',
  )
}

/** theta: at least 1. */
export function checkBase(value: unknown): number {
  return checkAtLeast(value, 'schedule.base', 1)
}

/** How many times longer the context becomes. */
export function checkFactor(value: unknown, field = 'schedule.factor'): number {
  return checkAtLeast(value, field, 1 / HIGHEST_FREQUENCY)
}

/** A context length, in tokens. */
export function checkLength(value: unknown, field: string): number {
  return checkAtLeast(value, `schedule.${field}`, 1)
}

/** What the exponents divide by: an even number of channels, or absent. */
export function checkExponentDim(options: Readonly<Record<string, unknown>>): {
  readonly exponentDim?: number
} {
  const { exponentDim } = options
  if (exponentDim === undefined) return {}
  const width = checkInteger(exponentDim, 'schedule.exponentDim', 2, MOST_CHANNELS)
  if (width % 2 !== 0) reject('INVALID_OPTION', 'schedule.exponentDim', width, 'an even number')
  return { exponentDim: width }
}

/** Those of the keys that are given, each checked. */
export function pick<Key extends string, Value>(
  options: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
  check: (value: unknown, field: string) => Value,
): Partial<Record<Key, Value>> {
  const given = keys.filter((key) => options[key] !== undefined)
  const entries = given.map((key) => [key, check(options[key], `schedule.${key}`)] as const)
  return Object.fromEntries(entries) as Partial<Record<Key, Value>>
}
