/**
 * Golden angles: pairs (1, 0) become A cos and A sin, which are compared with golden numbers. The
 * tolerance is what the dtype may cost plus what the golden digits leave open.
 */
import { type RopeOptions, resolveConfig } from '../../config/config.js'
import type { DType } from '../../numbers/dtype.js'
import type { Positions } from '../../positions/forms.js'
import {
  checkClose,
  needDType,
  readUnitPairs,
  rotateNumbers,
  rotationAllowance,
  unitPairs,
} from '../calls/numbers.js'
import { check, type Trial } from '../case.js'

/** The dtypes in which golden digits mean something. */
export const PRECISE: readonly DType[] = ['float32', 'float64']

/** Half a unit of the last of 12 significant digits is 5e-12 of a number at most. */
export const TWELVE_DIGITS = 5e-12

/** cos and sin of every angle, with how exactly each angle is known. */
export interface Angles {
  readonly options: RopeOptions
  readonly positions: Positions
  readonly factor: number
  readonly cos: ArrayLike<number>
  readonly sin: ArrayLike<number>
  /** Half a digit of the golden numbers, and what their own arithmetic may have cost. */
  readonly slack: (index: number) => number
}

/**
 * How well a double formula knows theta^x: the exponent is off by one rounding, which moves the
 * power by |ln power| of a rounding, and pow, division and the like cost a few more.
 */
export function formulaError(frequency: number): number {
  return frequency === 0 ? 0 : (Math.abs(Math.log(frequency)) + 4) * 2 ** -53
}

/** Rotates pairs (1, 0) and compares what they become with A cos and A sin. */
export async function checkAngles(trial: Trial, dtype: DType, golden: Angles): Promise<void> {
  needDType(trial, dtype)
  const { headDim, rotaryDim, windowOffset, pairing } = resolveConfig(golden.options)
  check(windowOffset === 0, () => 'golden angles need a leading window')
  const pairs = rotaryDim / 2
  const tokens = golden.cos.length / pairs
  const values = unitPairs(pairing, pairs, headDim, tokens)
  const q = { layout: 'thd', shape: [tokens, 1, headDim], values } as const
  const rotated = await rotateNumbers(trial, {
    options: golden.options,
    dtype,
    q,
    positions: golden.positions,
  })
  const { cos, sin } = readUnitPairs(rotated, pairing, pairs, headDim)
  const { relative, absolute } = rotationAllowance(trial, dtype)
  const distance = (i: number): number => golden.factor * (relative + golden.slack(i)) + absolute
  const scaled = (row: ArrayLike<number>): Float64Array =>
    Float64Array.from(row, (v) => golden.factor * v)
  checkClose('cos', cos, scaled(golden.cos), distance)
  checkClose('sin', sin, scaled(golden.sin), distance)
}
