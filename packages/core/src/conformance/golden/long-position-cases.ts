/**
 * cos and sin at far positions, computed elsewhere with 50 digits.
 */
import type { RopeOptions } from '../../config/config.js'
import type { DType } from '../../numbers/dtype.js'
import {
  checkClose,
  needDType,
  rotateNumbers,
  rotationAllowance,
  unitPairs,
} from '../calls/numbers.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { PRECISE } from './angles.js'
import { GOLDEN_LONG_POSITIONS } from './vectors.js'

/** One golden [cos, sin]: `theta=10000,d=128,i=20,pos=4095`. */
function parseLongPosition(name: string): { readonly [key: string]: number } {
  return Object.fromEntries(
    name
      .split(',')
      .map((part) => part.split('='))
      .map(([key, value]) => [key, Number(value)]),
  )
}

async function checkLongPosition(
  trial: Trial,
  dtype: DType,
  name: string,
  golden: readonly number[],
): Promise<void> {
  needDType(trial, dtype)
  const { theta = 0, d = 0, i = 0, pos = 0 } = parseLongPosition(name)
  const options: RopeOptions = {
    headDim: d,
    pairing: 'half',
    schedule: { type: 'default', base: theta },
  }
  const q = { layout: 'thd', shape: [1, 1, d], values: unitPairs('half', d / 2, d, 1) } as const
  const rotated = await rotateNumbers(trial, { options, dtype, q, positions: pos })
  const { relative, absolute } = rotationAllowance(trial, dtype)
  // Fifteen significant digits of numbers up to 1.
  checkClose(
    name,
    [rotated[i] as number, rotated[i + d / 2] as number],
    golden,
    () => relative + absolute + 5e-16,
  )
}

/** One case per position, pair and precise dtype. */
export function longPositionCases(): readonly ConformanceCase[] {
  return GOLDEN_LONG_POSITIONS.flatMap(([name, golden]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `long-position/${name}/${dtype}`, (trial) =>
        checkLongPosition(trial, dtype, name, golden),
      ),
    ),
  )
}
