/**
 * A user's own inverse frequencies, taken as exact: for learned frequencies, and for schedules
 * this library does not know.
 */
import { checkKeys, checkPositive, reject } from '../check.js'
import { checkNumbers } from '../numbers/lists.js'
import { HIGHEST_FREQUENCY } from './highest-frequency.js'
import type { CustomSchedule, Frequencies, Schedule } from './schedule.js'

function customFrequencies(options: CustomSchedule, pairs: number): Frequencies {
  return {
    inverseFrequencies: Float64Array.from(options.inverseFrequencies),
    residuals: new Float64Array(pairs),
    float32Frequencies: Float32Array.from(options.inverseFrequencies),
    attentionFactor: options.attentionFactor ?? 1,
    softmaxScale: options.softmaxScale ?? 1,
  }
}

function checkFrequencies(value: unknown, pairs: number): readonly number[] {
  const field = 'schedule.inverseFrequencies'
  const frequencies = checkNumbers(value, field, pairs)
  frequencies.forEach((frequency, i) => {
    if (Math.abs(frequency) <= HIGHEST_FREQUENCY) return
    const accepted = `at most ${HIGHEST_FREQUENCY} radians per position, either way`
    reject('INVALID_OPTION', `${field}[${i}]`, frequency, accepted)
  })
  return frequencies
}

/** `{ type: 'custom', inverseFrequencies, attentionFactor?, softmaxScale? }`. */
export const customSchedule: Schedule<CustomSchedule> = {
  type: 'custom',
  validate(options, pairs) {
    checkKeys(options, 'schedule', [
      'type',
      'inverseFrequencies',
      'attentionFactor',
      'softmaxScale',
    ])
    const { attentionFactor, softmaxScale } = options
    return {
      type: 'custom',
      inverseFrequencies: checkFrequencies(options.inverseFrequencies, pairs),
      ...(attentionFactor === undefined
        ? {}
        : { attentionFactor: checkPositive(attentionFactor, 'schedule.attentionFactor') }),
      ...(softmaxScale === undefined
        ? {}
        : { softmaxScale: checkPositive(softmaxScale, 'schedule.softmaxScale') }),
    }
  },
  frequencies: customFrequencies,
}
