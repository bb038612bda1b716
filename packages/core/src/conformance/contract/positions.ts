/**
 * Positions where angles are hard: the first and the far ones, negative and fractional, each with
 * a frequency of 1 radian per position among them, against exact rows.
 */

import { runScenario } from '../calls/run-scenario.js'
import { type ConformanceCase, defineCase } from '../case.js'
import { seedOf } from '../memory/random.js'
import { CONTROL } from '../values/matrix.js'
import { KINDS } from '../values/values.js'

const POSITIONS: readonly number[] = [
  0,
  1,
  4095,
  131071,
  1048576,
  2 ** 31 - 1,
  -1,
  -131071,
  -(2 ** 31),
  0.5,
  -2.75,
  131071.625,
]

/** One case per position, pairing and dtype: two tokens from there on. */
export function positionsCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) =>
    POSITIONS.map((positions) => {
      const id = `positions/${positions}/${pairing}/${dtype}`
      const size = {
        batch: 1,
        tokens: 2,
        headDim: 64,
        rotaryDim: 64,
        heads: { q: 2, k: 1 },
      } as const
      const scenario = { ...CONTROL, ...size, pairing, dtype, layout: 'bshd', positions } as const
      return defineCase('contract', id, (trial) => runScenario(trial, scenario, seedOf(id)))
    }),
  )
}
