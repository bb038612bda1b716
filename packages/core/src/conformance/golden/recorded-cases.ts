/**
 * Real models against the subject, twice each: with the model's own rows of cos and sin, which
 * leaves only the arithmetic, and from its config and positions. See recorded-models.ts.
 *
 * How far apart the two may be, for a pair of norm N (u = 2^-24, v = 2^-8), the attention factor in
 * it:
 *
 * - Rows. PyTorch's cos and sin are off by one unit in the last place, 2u, and ours by u, which is
 *   3u for each and sqrt(2) 3u N for both; the product with an attention factor adds u on each side. Where its power function gave another frequency, the
 *   angle differs by position times the difference and three roundings more.
 * - Arithmetic. Each side (2u + u^2) N, as in accept.ts; nothing when rows are the same, on a CPU.
 * - bfloat16. The model rounds cos and sin, each product's pair and the sum or the result alone: v N
 *   for each of these; we round the result.
 */
import { computeFrequencies, resolveConfig } from '../../config/config.js'
import { pairPlaces } from '../../reference/logical-tensor.js'
import { checkClose, needDType } from '../calls/numbers.js'
import { perform, subjectRope } from '../calls/perform.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { type Allowance, allowance } from '../judge/accept.js'
import type { Rows } from '../judge/rows.js'
import { bitsOf, decode, encode, toNumbers } from '../memory/elements.js'
import {
  type RecordedDType,
  type RecordedModel,
  type RecordedOperand,
  recordedModels,
} from './recorded-models.js'
import { runRows } from './run-rows.js'

const DTYPES: readonly RecordedDType[] = ['float32', 'bfloat16']
const OPERANDS: readonly RecordedOperand[] = ['q', 'k']
const U = 2 ** -24
const V = 2 ** -8

/** PyTorch multiplies the complex numbers that fill no vector with one rounding less. */
const FUSES: readonly string[] = ['llama4-vision']

/** The model's own rounding errors with rows that both sides share, relative to N. */
function modelError({ roundings }: RecordedModel, dtype: RecordedDType): number {
  return (1 + 2 * U + U * U) * (dtype === 'bfloat16' ? (1 + V) ** roundings.results : 1) - 1
}

/** Whether the model and a CPU backend round alike, given the same rows. */
function isSameArithmetic({ name, roundings }: RecordedModel, dtype: RecordedDType): boolean {
  if (dtype === 'bfloat16') return roundings.results === 1
  return !FUSES.includes(name)
}

/** The rows as the model uses them with tensors of a dtype. */
function rowsFor({ rows, roundings }: RecordedModel, dtype: RecordedDType): Rows {
  if (dtype === 'float32' || roundings.rows === 0) return rows
  const round = (row: ArrayLike<number>): Float64Array =>
    Float64Array.from(row, (value) => decode('bfloat16', encode('bfloat16', value)))
  return { cos: round(rows.cos), sin: round(rows.sin) }
}

/** The norm of the pair of every element; of an element without a pair, its size. */
function normsOf(model: RecordedModel, operand: RecordedOperand, dtype: RecordedDType): Places {
  const input = toNumbers(dtype, model.input(operand, dtype))
  const norms = input.map(Math.abs)
  const turns = new Int32Array(input.length).fill(-1)
  const config = resolveConfig(model.options)
  const { attentionFactor } = computeFrequencies(config)
  const { pairing } = config
  const { tokens, headDim, heads, pairs } = model
  const sizes = { batch: 1, tokens, headDim, heads: heads[operand] }
  const window = { pairing, windowOffset: 0, rotaryDim: 2 * pairs }
  for (const { x, y, turn } of pairPlaces(sizes, window)) {
    const norm = Math.hypot(input[x] as number, input[y] as number)
    norms[x] = norms[y] = attentionFactor * norm
    turns[x] = turns[y] = turn
  }
  return { norms, turns }
}

/** Norms, and the place in the rows of each element's turn, -1 where nothing turns. */
interface Places {
  readonly norms: Float64Array
  readonly turns: Int32Array
}

async function checkRowsCase(
  trial: Trial,
  model: RecordedModel,
  dtype: RecordedDType,
): Promise<void> {
  needDType(trial, dtype)
  const { pairing } = resolveConfig(model.options)
  const { tokens, headDim, pairs, heads } = model
  const own = allowance(dtype, trial.backend.device, 0)
  const isEqual = trial.backend.device === 'cpu' && isSameArithmetic(model, dtype)
  for (const operand of OPERANDS) {
    const input = model.input(operand, dtype)
    const actual = await runRows(trial, {
      ...{ dtype, pairing, batch: 1, tokens, headDim, pairs, input },
      ...{ heads: heads[operand], layout: 'bshd', rows: rowsFor(model, dtype) },
    })
    const expected = model.output(operand, dtype)
    const { norms } = normsOf(model, operand, dtype)
    const allowed = (i: number): number =>
      (norms[i] as number) * (own.relative + modelError(model, dtype)) + own.absolute
    const what = `${operand} of ${model.source}`
    if (isEqual) checkClose(`bits of ${what}`, bitsAsNumbers(actual), bitsAsNumbers(expected), zero)
    else checkClose(what, toNumbers(dtype, actual), toNumbers(dtype, expected), allowed)
  }
}

const zero = (): number => 0

function bitsAsNumbers(elements: Parameters<typeof bitsOf>[0]): Float64Array {
  return Float64Array.from(bitsOf(elements), Number)
}

/** How far each angle of the model may be from ours: 0 where the frequencies are the same. */
function angleDifferences(model: RecordedModel): Float64Array {
  const config = resolveConfig(model.options)
  const ours = computeFrequencies(config).float32Frequencies
  const { frequencies, positions, tokens, pairs } = model
  const axes = config.axes?.kind === 'one-hot' ? config.axes.axisOfPair : ours.map(() => 0)
  return Float64Array.from({ length: tokens * pairs }, (_, turn) => {
    const i = turn % pairs
    const our = ours[i] as number
    const their = frequencies?.[i] ?? our
    if (their === our) return 0
    const position = positions[axes[i] as number]?.[Math.floor(turn / pairs)] as number
    return Math.abs(position) * (Math.abs(their - our) + 3 * U * their)
  })
}

/** What both sides may add, relative to N, when each makes its own rows. */
function ropeAllowance(
  trial: Trial,
  model: RecordedModel,
  dtype: RecordedDType,
): Allowance & { readonly rows: number } {
  const own = allowance(dtype, trial.backend.device, 0)
  const { attentionFactor } = computeFrequencies(resolveConfig(model.options))
  const units = attentionFactor === 1 ? 3 : 5
  const rows = Math.SQRT2 * units * U + (dtype === 'bfloat16' && model.roundings.rows === 1 ? V : 0)
  return { rows, relative: own.relative + modelError(model, dtype), absolute: own.absolute }
}

async function checkRopeCase(
  trial: Trial,
  model: RecordedModel,
  dtype: RecordedDType,
): Promise<void> {
  needDType(trial, dtype)
  const { tokens, headDim, heads, positions, options } = model
  const data = { q: model.input('q', dtype), k: model.input('k', dtype) }
  const tensor = (operand: RecordedOperand) => ({
    ...{ data: data[operand], dtype, layout: 'thd' as const },
    shape: [tokens, heads[operand], headDim],
  })
  const rope = await subjectRope(trial, resolveConfig(options))
  try {
    const tensors = { q: tensor('q'), k: tensor('k') }
    await perform(rope, trial.backend.device, {
      ...{ via: 'direct', tensors },
      positions: positions.length === 1 ? (positions[0] as readonly number[]) : { axes: positions },
    })
  } finally {
    rope.dispose()
  }
  const { relative, rows, absolute } = ropeAllowance(trial, model, dtype)
  const differences = angleDifferences(model)
  for (const operand of OPERANDS) {
    const { norms, turns } = normsOf(model, operand, dtype)
    const expected = toNumbers(dtype, model.output(operand, dtype))
    checkClose(`${operand} of ${model.source}`, toNumbers(dtype, data[operand]), expected, (i) => {
      const turn = turns[i] as number
      if (turn < 0) return 0
      const turned = (1 + relative) * (1 + rows + (differences[turn] as number)) - 1
      return (norms[i] as number) * turned + absolute
    })
  }
}

/** Two cases per recorded model and dtype. */
export function recordedCases(): readonly ConformanceCase[] {
  return recordedModels().flatMap((model) =>
    DTYPES.flatMap((dtype) => [
      defineCase('golden', `recorded/${model.name}/${dtype}/rows`, (trial) =>
        checkRowsCase(trial, model, dtype),
      ),
      defineCase('golden', `recorded/${model.name}/${dtype}/rope`, (trial) =>
        checkRopeCase(trial, model, dtype),
      ),
    ]),
  )
}
