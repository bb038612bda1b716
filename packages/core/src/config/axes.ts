/**
 * Axes: which position drives which pair.
 *
 *     angle[t, i] = sum over axes a of position[a][t] * weight[a][i] * inverseFrequency[i]
 *
 * A single axis has weight 1 everywhere; one-hot axes have one 1 per pair (M-RoPE, vision
 * models); dense axes have any weights (learned mixtures).
 */
import { checkInteger, checkKeys, checkList, checkRecord, reject } from '../check.js'
import { MOST_AXES, MOST_PAIRS, MOST_WEIGHTS } from '../limits.js'
import { checkNumbers, readList, wholeNumbers } from '../numbers/lists.js'

/**
 * Which position drives which pair:
 *
 *     angle[t, i] = sum over axes a of position[a][t] * weight[a][i] * inverseFrequency[i]
 *
 * One-hot axes (M-RoPE, vision models) name one axis per pair; dense axes give the weights.
 */
export type AxesOptions =
  | { readonly kind: 'one-hot'; readonly count: number; readonly axisOfPair: readonly number[] }
  | { readonly kind: 'dense'; readonly weights: readonly (readonly number[])[] }

const FORMS = "{ kind: 'one-hot', ... } or { kind: 'dense', ... }"

/**
 * The number of positions a token has.
 *
 * @throws RopeError INVALID_OPTION
 */
export function axisCount(axes: AxesOptions | null): number {
  if (axes === null) return 1
  const { kind, count, weights } = checkRecord(axes, 'axes', FORMS)
  if (kind === 'one-hot') return checkInteger(count, 'axes.count', 1, MOST_AXES)
  if (kind !== 'dense') return reject('INVALID_OPTION', 'axes.kind', kind, `'one-hot' or 'dense'`)
  return checkList(weights, 'axes.weights', 'a list of rows, one per axis').length
}

/**
 * One-hot axes from consecutive sections of pairs, as in M-RoPE: `[16, 24, 24]` gives the first
 * 16 pairs to axis 0, the next 24 to axis 1 and the last 24 to axis 2 (Qwen2-VL).
 *
 * @param sections pairs per axis; their sum is the number of pairs
 * @throws RopeError INVALID_OPTION
 */
export function sectionAxes(sections: readonly number[]): AxesOptions {
  const checked = checkSections(sections)
  return {
    kind: 'one-hot',
    count: checked.length,
    axisOfPair: checked.flatMap((pairs, axis) => Array<number>(pairs).fill(axis)),
  }
}

/**
 * Pairs per axis: whole numbers that no head is too narrow for.
 *
 * @param count how many axes there have to be; any number up to the limit when absent
 * @throws RopeError INVALID_OPTION
 */
export function checkSections(sections: unknown, count?: number): readonly number[] {
  const rules = { field: 'sections', code: 'INVALID_OPTION' } as const
  const accepted = 'a list of whole numbers of pairs'
  const list = readList(sections, { ...rules, accepted, elements: wholeNumbers(0, MOST_PAIRS) })
  if (count !== undefined && list.length !== count) {
    reject('INVALID_OPTION', 'sections.length', list.length, `${count}`)
  }
  checkInteger(list.length, 'sections.length', 1, MOST_AXES)
  const total = list.reduce((sum, pairs) => sum + pairs, 0)
  checkInteger(total, 'the sum of sections', 1, MOST_PAIRS)
  return [...list]
}

/**
 * Checks axes and returns a plain copy; null or undefined means a single axis.
 *
 * @throws RopeError INVALID_OPTION
 */
export function validateAxes(axes: unknown, pairs: number): AxesOptions | null {
  if (axes === undefined || axes === null) return null
  const options = checkRecord(axes, 'axes', FORMS)
  if (options.kind === 'one-hot') return validateOneHot(options, pairs)
  if (options.kind === 'dense') return validateDense(options, pairs)
  return reject('INVALID_OPTION', 'axes.kind', options.kind, `'one-hot' or 'dense'`)
}

function validateOneHot(options: Readonly<Record<string, unknown>>, pairs: number): AxesOptions {
  checkKeys(options, 'axes', ['kind', 'count', 'axisOfPair'])
  const count = checkInteger(options.count, 'axes.count', 1, MOST_AXES)
  const axisOfPair = checkNumbers(options.axisOfPair, 'axes.axisOfPair', pairs)
  axisOfPair.forEach((axis, i) => checkInteger(axis, `axes.axisOfPair[${i}]`, 0, count - 1))
  return { kind: 'one-hot', count, axisOfPair }
}

function validateDense(options: Readonly<Record<string, unknown>>, pairs: number): AxesOptions {
  checkKeys(options, 'axes', ['kind', 'weights'])
  const weights = checkList(options.weights, 'axes.weights', 'a list of rows, one per axis')
  checkInteger(weights.length, 'axes.weights.length', 1, MOST_AXES)
  checkInteger(weights.length * pairs, 'the number of axes.weights', 1, MOST_WEIGHTS)
  return {
    kind: 'dense',
    weights: Array.from(weights, (row, axis) => checkNumbers(row, `axes.weights[${axis}]`, pairs)),
  }
}
