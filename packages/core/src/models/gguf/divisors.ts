/**
 * Factor tensors: divisors of the default frequencies, one per pair, in float32. A file holds
 * nothing else of a llama3 or proportional schedule, so their parameters are found again from the
 * divisors, and kept only when they give the same divisors.
 */

import { scheduleFrequencies } from '../../schedule/registry.js'
import type { Llama3Schedule, ScheduleOptions } from '../../schedule/schedule.js'

/** What stands for a pair that does not turn. */
const STILL = 1e30

/** What a file says about the schedule beside the divisors. */
export interface DivisorHints {
  readonly originalLength?: number | undefined
  readonly factor?: number | undefined
  readonly lowFreqFactor?: number | undefined
  readonly highFreqFactor?: number | undefined
}

/** The divisors that turn the default frequencies into those of a schedule. */
export function divisorsOf(schedule: ScheduleOptions, base: number, pairs: number): Float32Array {
  const wanted = scheduleFrequencies(schedule, pairs).inverseFrequencies
  const plain = scheduleFrequencies({ type: 'default', base }, pairs).inverseFrequencies
  return Float32Array.from(wanted, (frequency, i) =>
    frequency === 0 ? STILL : (plain[i] as number) / frequency,
  )
}

/** True when two lists of divisors are the same up to the rounding of float32. */
function sameDivisors(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false
  return a.every((value, i) => Math.abs(value / (b[i] as number) - 1) <= 2 ** -22)
}

/** The schedule behind divisors of the default frequencies. */
export function scheduleOfDivisors(
  divisors: Float32Array,
  base: number,
  hints: DivisorHints,
): ScheduleOptions {
  const pairs = divisors.length
  const candidates = [
    { type: 'default', base } as const,
    ...llama3Of(divisors, base, hints),
    ...proportionalOf(divisors, base),
  ]
  const found = candidates.find((schedule) =>
    sameDivisors(divisorsOf(schedule, base, pairs), divisors),
  )
  return found ?? frequenciesOfDivisors(divisors, base)
}

/** The divided frequencies themselves, as a list; a list can carry an amplitude too. */
export function frequenciesOfDivisors(
  divisors: Float32Array,
  base: number,
  attentionFactor = 1,
): ScheduleOptions {
  const plain = scheduleFrequencies({ type: 'default', base }, divisors.length).inverseFrequencies
  const inverseFrequencies = Array.from(plain, (frequency, i) => {
    const divisor = divisors[i] as number
    return divisor >= STILL / 2 ? 0 : frequency / divisor
  })
  return {
    type: 'custom',
    inverseFrequencies,
    ...(attentionFactor === 1 ? {} : { attentionFactor }),
  }
}

/** Gemma 4: one divisor for the pairs that turn, and 1e30 for the others. */
function proportionalOf(divisors: Float32Array, base: number): readonly ScheduleOptions[] {
  const still = divisors.findIndex((divisor) => divisor >= STILL / 2)
  const live = still < 0 ? divisors.length : still
  if (live === 0) return []
  const factor = divisors[0] as number
  const usual = [0.25, 0.5, 0.75, 1].find((share) => Math.floor(share * divisors.length) === live)
  const partialRotaryFactor = usual ?? live / divisors.length
  const own = { type: 'proportional', base, partialRotaryFactor } as const
  return [factor === 1 ? own : { ...own, factor }]
}

/** Llama 3: 1 for fast pairs, the factor for slow ones, and between them a line in 1 / wavelength. */
function llama3Of(
  divisors: Float32Array,
  base: number,
  hints: DivisorHints,
): readonly Llama3Schedule[] {
  const factor = hints.factor ?? (divisors.at(-1) as number)
  if (!(factor > 1) || factor >= STILL / 2) return []
  const make = (low: number, high: number, length: number): Llama3Schedule => ({
    type: 'llama3',
    base,
    factor,
    lowFreqFactor: low,
    highFreqFactor: high,
    originalMaxPositionEmbeddings: length,
  })
  const { lowFreqFactor: low, highFreqFactor: high, originalLength: length } = hints
  const stated = low && high && length ? [make(low, high, length)] : []
  // The released models' values, which a steep ramp cannot tell from others.
  return [...stated, ...solved(divisors, base, make, length), make(1, 4, 8192), make(1, 1, 8192)]
}

function solved(
  divisors: Float32Array,
  base: number,
  make: (low: number, high: number, length: number) => Llama3Schedule,
  stated: number | undefined,
): readonly Llama3Schedule[] {
  const factor = divisors.at(-1) as number
  const plain = scheduleFrequencies({ type: 'default', base }, divisors.length).inverseFrequencies
  const points = Array.from(divisors, (divisor, i) => ({
    turns: (plain[i] as number) / (2 * Math.PI),
    share: (1 / divisor - 1 / factor) / (1 - 1 / factor),
  })).filter(({ share }) => share > 1e-6 && share < 1 - 1e-6)
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const slope = (first.share - last.share) / (first.turns - last.turns)
  const low = first.turns - first.share / slope
  const length = stated ?? Math.round(1 / low)
  const short = (value: number): number => Number((value * length).toPrecision(5))
  const [lowFactor, highFactor] = [short(low), short(low + 1 / slope)]
  const isSound = lowFactor > 0 && highFactor > lowFactor && length >= 1
  return isSound ? [make(lowFactor, highFactor, length)] : []
}
