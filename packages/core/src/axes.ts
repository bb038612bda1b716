/**
 * Axes: which position drives which pair.
 *
 *     angle[t, i] = sum over axes a of position[a][t] * weight[a][i] * inverseFrequency[i]
 *
 * A single axis has weight 1 everywhere; one-hot axes have one 1 per pair (M-RoPE, vision
 * models); dense axes have any weights (learned mixtures).
 */
import { checkInteger, checkKeys, checkNumbers, checkRecord, reject } from './check.js'
import { MOST_AXES, MOST_PAIRS, MOST_WEIGHTS } from './limits.js'

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

/** The number of positions a token has. */
export function axisCount(axes: AxesOptions | null): number {
  if (axes === null) return 1
  return axes.kind === 'one-hot' ? axes.count : axes.weights.length
}

/**
 * One-hot axes from consecutive sections of pairs, as in M-RoPE: `[16, 24, 24]` gives the first
 * 16 pairs to axis 0, the next 24 to axis 1 and the last 24 to axis 2 (Qwen2-VL).
 *
 * @param sections pairs per axis; their sum is the number of pairs
 * @throws RopeError INVALID_OPTION
 */
export function sectionAxes(sections: readonly number[]): AxesOptions {
  checkSections(sections)
  return {
    kind: 'one-hot',
    count: sections.length,
    axisOfPair: sections.flatMap((pairs, axis) => Array<number>(pairs).fill(axis)),
  }
}

/**
 * Pairs per axis: whole numbers that no head is too narrow for.
 *
 * @param count how many axes there have to be; any number up to the limit when absent
 * @throws RopeError INVALID_OPTION
 */
export function checkSections(sections: readonly number[], count?: number): void {
  if (!Array.isArray(sections)) {
    reject('INVALID_OPTION', 'sections', sections, 'a list of whole numbers of pairs')
  }
  if (count !== undefined && sections.length !== count) {
    reject('INVALID_OPTION', 'sections.length', sections.length, `${count}`)
  }
  checkInteger(sections.length, 'sections.length', 1, MOST_AXES)
  let total = 0
  sections.forEach((pairs, axis) => {
    total += checkInteger(pairs, `sections[${axis}]`, 0, MOST_PAIRS)
  })
  checkInteger(total, 'the sum of sections', 1, MOST_PAIRS)
}

/**
 * Checks axes and returns a plain copy; null or undefined means a single axis.
 *
 * @throws RopeError INVALID_OPTION
 */
export function validateAxes(axes: unknown, pairs: number): AxesOptions | null {
  if (axes === undefined || axes === null) return null
  const options = checkRecord(axes, 'axes', `{ kind: 'one-hot', ... } or { kind: 'dense', ... }`)
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
  const { weights } = options
  if (!Array.isArray(weights)) {
    return reject('INVALID_OPTION', 'axes.weights', weights, 'a list of rows, one per axis')
  }
  checkInteger(weights.length, 'axes.weights.length', 1, MOST_AXES)
  checkInteger(weights.length * pairs, 'the number of axes.weights', 1, MOST_WEIGHTS)
  return {
    kind: 'dense',
    weights: weights.map((row, axis) => checkNumbers(row, `axes.weights[${axis}]`, pairs)),
  }
}
