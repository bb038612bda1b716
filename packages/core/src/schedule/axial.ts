/**
 * Frequencies that begin anew on each axis, as in vision and video models: every pair names a
 * family of powers and its exponent in it. Which axis drives a pair is the business of `axes`.
 *
 *     F[i] = multiplier * base^(-exponent[i] / dim)      of the family of pair i
 */

import { checkAtLeast, checkInteger, checkKeys, checkList, checkRecord, reject } from '../check.js'
import { MOST_AXES } from '../limits.js'
import type { DoubleDouble } from '../numbers/double-double.js'
import { checkNumbers } from '../numbers/lists.js'
import { buildFrequencies, checkBase, pick, times } from './build.js'
import { inversePowersAt } from './exact-power.js'
import { HIGHEST_FREQUENCY } from './highest-frequency.js'
import type { AxialSchedule, Frequencies, FrequencyFamily, Schedule } from './schedule.js'

function axialFrequencies(options: AxialSchedule): Frequencies {
  const { families, familyOfPair, exponentOfPair } = options
  const exact = Array<DoubleDouble>(familyOfPair.length)
  families.forEach(({ base, dim, multiplier = 1 }, index) => {
    // Each family for its own pairs alone: there may be many of both.
    const own = [...familyOfPair.keys()].filter((i) => familyOfPair[i] === index)
    const exponents = own.map((i) => exponentOfPair[i] as number)
    inversePowersAt(base, exponents, dim).forEach((power, j) => {
      exact[own[j] as number] = times(power, multiplier)
    })
  })
  return buildFrequencies(exact, float32Axial(options))
}

/** `multiplier * (1 / base ** (exponent / dim))` in float32, each operation rounded once. */
function float32Axial({ families, familyOfPair, exponentOfPair }: AxialSchedule): Float32Array {
  return Float32Array.from(familyOfPair, (index, i) => {
    const { base, dim, multiplier = 1 } = families[index] as FrequencyFamily
    const exponent = Math.fround((exponentOfPair[i] as number) / dim)
    const frequency = Math.fround(1 / Math.fround(Math.fround(base) ** exponent))
    return Math.fround(multiplier) * frequency
  })
}

/** Far above any head's width. */
const MAXIMUM_EXPONENT = 2 ** 20

function checkFamily(value: unknown, index: number): FrequencyFamily {
  const field = `schedule.families[${index}]`
  const family = checkRecord(value, field, '{ base, dim, multiplier? }')
  checkKeys(family, field, ['base', 'dim', 'multiplier'])
  return {
    base: checkBase(family.base),
    dim: checkInteger(family.dim, `${field}.dim`, 1, MAXIMUM_EXPONENT),
    ...pick(family, ['multiplier'], (value, name) => checkAtLeast(value, name, 0)),
  }
}

function checkHighest(options: AxialSchedule): AxialSchedule {
  axialFrequencies(options).inverseFrequencies.forEach((frequency, i) => {
    if (frequency <= HIGHEST_FREQUENCY) return
    const accepted = `at most ${HIGHEST_FREQUENCY} radians per position`
    reject('INVALID_OPTION', `the frequency of pair ${i} of schedule`, frequency, accepted)
  })
  return options
}

/** `{ type: 'axial', families, familyOfPair, exponentOfPair }`. */
export const axialSchedule: Schedule<AxialSchedule> = {
  type: 'axial',
  validate(options, pairs) {
    checkKeys(options, 'schedule', ['type', 'families', 'familyOfPair', 'exponentOfPair'])
    const families = checkList(options.families, 'schedule.families', 'a list of { base, dim }')
    checkInteger(families.length, 'schedule.families.length', 1, MOST_AXES)
    const indices = checkNumbers(options.familyOfPair, 'schedule.familyOfPair', pairs)
    const exponents = checkNumbers(options.exponentOfPair, 'schedule.exponentOfPair', pairs)
    indices.forEach((index, i) =>
      checkInteger(index, `schedule.familyOfPair[${i}]`, 0, families.length - 1),
    )
    exponents.forEach((exponent, i) =>
      checkInteger(exponent, `schedule.exponentOfPair[${i}]`, -MAXIMUM_EXPONENT, MAXIMUM_EXPONENT),
    )
    return checkHighest({
      type: 'axial',
      families: Array.from(families, checkFamily),
      familyOfPair: indices,
      exponentOfPair: exponents,
    })
  },
  frequencies: axialFrequencies,
}
