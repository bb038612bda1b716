/**
 * The one check of what schedules make. Options that are each in range may still give an infinite
 * factor or a frequency that overflows; such a table would turn every tensor into NaN in silence,
 * so it is refused here, where every table passes, with the numbers that made it.
 */
import { show } from '../check.js'
import { RopeError } from '../errors.js'
import { HIGHEST_FREQUENCY } from './highest-frequency.js'
import type { Frequencies, RowMixture, ScheduleOptions } from './schedule.js'

/** Rows are float32, so a factor on them has to be a float32 that is neither 0 nor infinite. */
function isFactor(value: number): boolean {
  const rounded = Math.fround(value)
  return rounded > 0 && rounded < Number.POSITIVE_INFINITY
}

const isFinite32 = (value: number): boolean => Number.isFinite(Math.fround(value))
const isFrequency = (value: number): boolean => Math.abs(value) <= HIGHEST_FREQUENCY

/** Every number of a table by its name, and what it has to be. */
function* partsOf(table: Frequencies): Generator<readonly [string, ArrayLike<number>, Rule]> {
  yield ['attention factor', [table.attentionFactor], FACTOR]
  yield ['softmax scale', [table.softmaxScale], FACTOR]
  yield ['inverse frequency', table.inverseFrequencies, FREQUENCY]
  yield ['rest of the inverse frequency', table.residuals, FINITE]
  yield ['float32 frequency', table.float32Frequencies, FINITE]
  if (table.decay !== undefined) yield ['decay', table.decay.rates, FINITE]
  if (table.mixture !== undefined) yield ['sum of the coefficients', reachOf(table.mixture), FINITE]
}

interface Rule {
  readonly accepts: (value: number) => boolean
  readonly accepted: string
}

const FACTOR: Rule = { accepts: isFactor, accepted: 'a float32 above 0' }
const FINITE: Rule = { accepts: isFinite32, accepted: 'a finite float32' }
const FREQUENCY: Rule = {
  accepts: isFrequency,
  accepted: `at most ${HIGHEST_FREQUENCY} radians per position, either way`,
}

/** The largest number that each mixed cos and sin can become. */
function reachOf({ outputs, cosMatrix, sinMatrix }: RowMixture): Float64Array {
  const sums = new Float64Array(2 * outputs)
  ;[cosMatrix, sinMatrix].forEach((matrix, which) => {
    matrix.forEach((value, i) => {
      const at = which * outputs + (i % outputs)
      sums[at] = (sums[at] as number) + Math.abs(value)
    })
  })
  return sums
}

/** The options in words: numbers as they are, lists by their length. */
function described(options: ScheduleOptions, length: number | undefined): string {
  const given = Object.entries(options).filter(([key]) => key !== 'type')
  const entries = length === undefined ? given : [...given, ['length', length] as const]
  return entries.map(([key, value]) => `${key} ${show(value, true)}`).join(', ')
}

/**
 * A table as it is, when all of it can be used.
 *
 * @throws RopeError INVALID_OPTION with the options that made a number that cannot
 */
export function checkFrequencies(
  table: Frequencies,
  options: ScheduleOptions,
  length?: number,
): Frequencies {
  for (const [name, values, { accepts, accepted }] of partsOf(table)) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      if (accepts(value)) continue
      const which = values.length === 1 ? `the ${name}` : `the ${name} of pair ${i}`
      throw new RopeError(
        'INVALID_OPTION',
        `${which} of schedule '${options.type}' would be ${value}; accepted: ${accepted}. It follows from ${described(options, length)}`,
        { field: 'schedule' },
      )
    }
  }
  return table
}

/**
 * Checks that the weights of dense axes leave every frequency in range.
 *
 * @throws RopeError INVALID_OPTION, naming the weight
 */
export function checkWeights(
  weights: readonly (readonly number[])[],
  { inverseFrequencies, float32Frequencies }: Frequencies,
): void {
  weights.forEach((row, axis) => {
    row.forEach((weight, i) => {
      const product = weight * (inverseFrequencies[i] as number)
      const rounded = Math.fround(weight) * (float32Frequencies[i] as number)
      if (isFrequency(product) && Number.isFinite(rounded)) return
      throw new RopeError(
        'INVALID_OPTION',
        `axes.weights[${axis}][${i}] is ${weight}, which makes the frequency of pair ${i} ${product}; accepted: ${FREQUENCY.accepted}`,
        { field: `axes.weights[${axis}][${i}]` },
      )
    })
  })
}
