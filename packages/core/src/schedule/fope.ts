/**
 * FoPE, Fourier position embedding (Hua et al. 2024, arXiv 2412.17739): frequencies that do not
 * complete a turn within the training context are dropped, and the cos and sin of the others are
 * mixed by learned matrices. Rows stay rows, so every backend rotates with them; they are no longer
 * points on the unit circle, so keys cannot be shifted afterwards.
 */
import { checkInteger, checkKeys, checkList, checkPositive, reject } from '../check.js'
import { checkAnyNumbers, checkNumbers } from '../numbers/lists.js'
import { checkBase } from './build.js'
import { defaultFrequencies } from './default.js'
import type { FopeSchedule, Frequencies, RowMixture, Schedule } from './schedule.js'

/** Half the channels of the widest head. */
const MOST_PAIRS = 32768

/**
 * How many of the default frequencies complete a turn within a context: those with
 * `base^(-2i/d) > 2 pi / maxPositionEmbeddings`, which published code keeps.
 *
 * @throws RopeError INVALID_OPTION
 */
export function fopeInputs(base: number, pairs: number, maxPositionEmbeddings: number): number {
  const count = checkInteger(pairs, 'pairs', 1, MOST_PAIRS)
  const { inverseFrequencies } = defaultFrequencies(checkBase(base), count)
  const slowest = (2 * Math.PI) / checkPositive(maxPositionEmbeddings, 'maxPositionEmbeddings')
  return inverseFrequencies.filter((frequency) => frequency > slowest).length
}

function mixtureOf(options: FopeSchedule): RowMixture {
  const { cosCoefficients, sinCoefficients, restSin } = options
  return {
    inputs: cosCoefficients.length,
    outputs: cosCoefficients[0]?.length ?? 0,
    cosMatrix: Float64Array.from(cosCoefficients.flat()),
    sinMatrix: Float64Array.from(sinCoefficients.flat()),
    restCos: 1,
    restSin,
  }
}

function fopeFrequencies(options: FopeSchedule, pairs: number): Frequencies {
  const mixture = mixtureOf(options)
  const plain = defaultFrequencies(options.base, pairs)
  const live = <Values extends Float64Array | Float32Array>(values: Values): Values =>
    values.map((value, i) => (i < mixture.inputs ? value : 0)) as Values
  return {
    ...plain,
    inverseFrequencies: live(plain.inverseFrequencies),
    residuals: live(plain.residuals),
    float32Frequencies: live(plain.float32Frequencies),
    mixture,
  }
}

function checkMatrix(value: unknown, name: string, pairs: number): readonly (readonly number[])[] {
  const field = `schedule.${name}`
  const accepted = `a list of 1 to ${pairs} rows, one per kept frequency`
  const rows = checkList(value, field, accepted)
  if (rows.length === 0 || rows.length > pairs) reject('INVALID_OPTION', field, value, accepted)
  const columns = checkAnyNumbers(rows[0], `${field}[0]`).length
  if (columns < 1 || columns > pairs) {
    return reject('INVALID_OPTION', `${field}[0]`, rows[0], `a list of 1 to ${pairs} numbers`)
  }
  return Array.from(rows, (row, i) => checkNumbers(row, `${field}[${i}]`, columns))
}

function checkSameShape(options: FopeSchedule): FopeSchedule {
  const shape = (rows: readonly (readonly number[])[]): string =>
    `${rows.length} x ${rows[0]?.length}`
  const wanted = shape(options.cosCoefficients)
  if (shape(options.sinCoefficients) === wanted) return options
  const field = 'schedule.sinCoefficients'
  return reject('INVALID_OPTION', field, shape(options.sinCoefficients), `${wanted}, as the cos`)
}

/** `{ type: 'fope', base, cosCoefficients, sinCoefficients, restSin }`. */
export const fopeSchedule: Schedule<FopeSchedule> = {
  type: 'fope',
  validate(options, pairs) {
    const keys = ['type', 'base', 'cosCoefficients', 'sinCoefficients', 'restSin']
    checkKeys(options, 'schedule', keys)
    const { restSin } = options
    if (restSin !== 0 && restSin !== 1) {
      return reject('INVALID_OPTION', 'schedule.restSin', restSin, '0 or 1')
    }
    return checkSameShape({
      type: 'fope',
      base: checkBase(options.base),
      cosCoefficients: checkMatrix(options.cosCoefficients, 'cosCoefficients', pairs),
      sinCoefficients: checkMatrix(options.sinCoefficients, 'sinCoefficients', pairs),
      restSin,
    })
  },
  frequencies: fopeFrequencies,
}
