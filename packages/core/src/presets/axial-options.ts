/**
 * From a rule (this pair takes this axis and this exponent) to options: what all presets of vision
 * and video models are made with.
 */
import { checkAtLeast, checkInteger, checkRecord } from '../check.js'
import type { RopeOptions } from '../config/config.js'
import type { PairingName } from '../contract/pairing.js'
import type { AxialSchedule, FrequencyFamily } from '../schedule/schedule.js'

/** Options with axes and with frequencies that begin anew on each. */
export interface AxialOptions extends RopeOptions {
  readonly schedule: AxialSchedule
}

/** What drives one pair: an axis, and the exponent in that axis's family of frequencies. */
export interface PairRule {
  readonly axis: number
  readonly exponent: number
}

/** What `axialOptions` is given. */
export interface AxialParts {
  readonly headDim: number
  readonly pairing: PairingName
  /** One family of frequencies per axis. */
  readonly families: readonly FrequencyFamily[]
  /** One rule per pair; the window is twice as many channels. */
  readonly pairs: readonly PairRule[]
  /** First channel of the window; 0 when absent. */
  readonly windowOffset?: number
}

/** Channels of a head that has to split into equal parts. */
export function checkHeadDim(value: unknown, multiple: number): number {
  const headDim = checkInteger(value, 'headDim', multiple, 65536)
  return multiple * checkInteger(headDim / multiple, `headDim / ${multiple}`, 1, 65536)
}

/** What a preset is given: an object with headDim, its fields read once. */
export function checkHead<Head extends object>(head: Head): Head {
  return checkRecord(head, 'head', 'an object such as { headDim: 64 }') as Head
}

/** theta of a preset. */
export function checkTheta(base: unknown): number {
  return checkAtLeast(base, 'base', 1)
}

/** `count` pairs by their number. */
export function pairsOf(count: number, rule: (i: number) => PairRule): readonly PairRule[] {
  return Array.from({ length: count }, (_, i) => rule(i))
}

/** The usual run of one axis: exponents 0, step, 2 step ... */
export function runOf(axis: number, count: number, step = 2): readonly PairRule[] {
  return pairsOf(count, (j) => ({ axis, exponent: step * j }))
}

/** Options whose pair i turns with `pairs[i]`. */
export function axialOptions(parts: AxialParts): AxialOptions {
  const { headDim, pairing, families, pairs, windowOffset = 0 } = parts
  const axisOfPair = pairs.map(({ axis }) => axis)
  return {
    headDim,
    pairing,
    rotaryDim: 2 * pairs.length,
    windowOffset,
    schedule: {
      type: 'axial',
      families,
      familyOfPair: axisOfPair,
      exponentOfPair: pairs.map(({ exponent }) => exponent),
    },
    axes: { kind: 'one-hot', count: families.length, axisOfPair },
  }
}
