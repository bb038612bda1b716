/**
 * Pixel frequencies: evenly spaced instead of in geometric progression, for positions that run from
 * -1 to 1 across an image (as in rotary embeddings for vision transformers).
 *
 *     F[i] = pi * (1 + i (m / 2 - 1) / (n - 1)),   n pairs, m = maxFrequency
 */

import { checkKeys, checkPositive, reject } from '../check.js'
import { divide, multiply } from '../numbers/double-double.js'
import { buildFrequencies } from './build.js'
import { HIGHEST_FREQUENCY } from './highest-frequency.js'
import type { Frequencies, PixelSchedule, Schedule } from './schedule.js'

/** pi as two doubles. */
const PI = 3.141592653589793
const PI_REST = 1.2246467991473532e-16

function pixelFrequencies({ maxFrequency }: PixelSchedule, pairs: number): Frequencies {
  const exact = Array.from({ length: pairs }, (_, i) => {
    const steps = Math.max(1, pairs - 1)
    const point = pairs - 1 - i + (i * maxFrequency) / 2
    const scaled = multiply(PI, PI_REST, point)
    return divide(scaled.value, scaled.residual, steps)
  }).map((frequency, i) => (pairs === 1 && i === 0 ? { value: PI, residual: PI_REST } : frequency))
  return buildFrequencies(exact, float32Pixel(maxFrequency, pairs))
}

/**
 * torch.linspace counts from both ends, the middle of an odd number from the last, and rounds each
 * product and sum to float32 once, together, as processors with fused operations do. In double both
 * are exact, or near enough that rounding them once gives the same.
 */
function float32Pixel(maxFrequency: number, pairs: number): Float32Array {
  const round = Math.fround
  const last = round(maxFrequency / 2)
  const step = round(round(last - 1) / Math.max(1, pairs - 1))
  const isFirstHalf = (i: number): boolean => i === 0 || i < Math.floor(pairs / 2)
  return Float32Array.from({ length: pairs }, (_, i) => {
    const point = isFirstHalf(i) ? 1 + step * i : last - step * (pairs - 1 - i)
    return round(point) * round(Math.PI)
  })
}

/** `{ type: 'pixel', maxFrequency }`. */
export const pixelSchedule: Schedule<PixelSchedule> = {
  type: 'pixel',
  validate(options) {
    checkKeys(options, 'schedule', ['type', 'maxFrequency'])
    const maxFrequency = checkPositive(options.maxFrequency, 'schedule.maxFrequency')
    if (maxFrequency > HIGHEST_FREQUENCY / 2) {
      const accepted = `at most ${HIGHEST_FREQUENCY / 2}`
      reject('INVALID_OPTION', 'schedule.maxFrequency', maxFrequency, accepted)
    }
    return { type: 'pixel', maxFrequency }
  },
  frequencies: pixelFrequencies,
}
