/**
 * Llama 3.1's piecewise schedule: pairs that turn often within the original context keep their
 * frequency, pairs that turn rarely are interpolated, those between are blended.
 *
 *     t = (L0 / wavelength - low) / (high - low), clamped;   F = f ((1 - t) / s + t)
 *
 * With low = high (Llama 4 Scout) t is a step: 1 for wavelengths up to L0 / high.
 */
import { checkAtLeast, checkKeys, checkPositive, reject } from '../check.js'
import {
  blend,
  buildFrequencies,
  checkBase,
  checkFactor,
  dividedBy,
  float32Powers,
} from './build.js'
import { inversePowers } from './exact-power.js'
import type { Frequencies, Llama3Schedule, Schedule } from './schedule.js'

const TURN = 2 * Math.PI

/** How much of the original frequency a pair keeps, from 0 to 1. */
function keptShare(frequency: number, options: Llama3Schedule): number {
  const { lowFreqFactor: low, highFreqFactor: high, originalMaxPositionEmbeddings } = options
  const turns = (originalMaxPositionEmbeddings * frequency) / TURN
  if (low === high) return turns >= high ? 1 : 0
  return Math.min(1, Math.max(0, (turns - low) / (high - low)))
}

function llama3Frequencies(options: Llama3Schedule, pairs: number): Frequencies {
  const exact = inversePowers(options.base, pairs).map((frequency) =>
    blend(dividedBy(frequency, options.factor), frequency, keptShare(frequency.value, options)),
  )
  return buildFrequencies(exact, float32Llama3(options, pairs))
}

/** The order of operations of transformers' `_compute_llama3_parameters`, in float32. */
function float32Llama3(options: Llama3Schedule, pairs: number): Float32Array {
  const {
    lowFreqFactor: low,
    highFreqFactor: high,
    originalMaxPositionEmbeddings: length,
  } = options
  const factor = Math.fround(options.factor)
  return float32Powers(options.base, pairs).map((power) => {
    const frequency = Math.fround(1 / power)
    // PyTorch divides a number by a tensor as the number times the rounded reciprocal.
    const wavelength = Math.fround(Math.fround(1 / frequency) * Math.fround(TURN))
    if (wavelength > Math.fround(length / low)) return frequency / factor
    if (wavelength < Math.fround(length / high) || low === high) return frequency
    const turns = Math.fround(Math.fround(1 / wavelength) * Math.fround(length))
    const share = Math.fround(Math.fround(turns - Math.fround(low)) / Math.fround(high - low))
    const scaled = Math.fround(Math.fround(Math.fround(1 - share) * frequency) / factor)
    return scaled + Math.fround(share * frequency)
  })
}

const KEYS = [
  'type',
  'base',
  'factor',
  'lowFreqFactor',
  'highFreqFactor',
  'originalMaxPositionEmbeddings',
]

/** `{ type: 'llama3', base, factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings }`. */
export const llama3Schedule: Schedule<Llama3Schedule> = {
  type: 'llama3',
  validate(options) {
    checkKeys(options, 'schedule', KEYS)
    const lowFreqFactor = checkPositive(options.lowFreqFactor, 'schedule.lowFreqFactor')
    const highFreqFactor = checkPositive(options.highFreqFactor, 'schedule.highFreqFactor')
    if (highFreqFactor < lowFreqFactor) {
      const accepted = `at least lowFreqFactor, ${lowFreqFactor}`
      reject('INVALID_OPTION', 'schedule.highFreqFactor', highFreqFactor, accepted)
    }
    return {
      type: 'llama3',
      base: checkBase(options.base),
      factor: checkFactor(options.factor),
      lowFreqFactor,
      highFreqFactor,
      originalMaxPositionEmbeddings: checkAtLeast(
        options.originalMaxPositionEmbeddings,
        'schedule.originalMaxPositionEmbeddings',
        1,
      ),
    }
  },
  frequencies: llama3Frequencies,
}
