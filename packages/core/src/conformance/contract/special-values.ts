/**
 * Special numbers: NaN, infinities, both zeros, subnormals and the largest numbers, in every
 * company, at the turns where they are most easily lost.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import { pairChannels } from '../../reference/channels.js'
import { needDType } from '../calls/numbers.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { elementsFrom } from '../memory/elements.js'
import { SPECIAL_CLASSES, type SpecialClass, specialPairs } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

/** Rows at which special numbers behave differently, as [cos, sin]. */
const TURNS: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2)],
  [Math.fround(Math.cos(2.5)), Math.fround(Math.sin(2.5))],
  [1, Math.fround(1e-7)],
]

/** Logical elements of one head per row, made of pairs. */
function fromPairs(
  pairing: PairingName,
  pairs: number,
  rows: number,
  make: (index: number) => readonly [number, number],
): Float64Array {
  const values = new Float64Array(rows * 2 * pairs)
  for (let n = 0; n < rows * pairs; n++) {
    const { x, y } = pairChannels(pairing, n % pairs, pairs)
    const first = Math.floor(n / pairs) * 2 * pairs
    const [a, b] = make(n % pairs)
    values[first + x] = a
    values[first + y] = b
  }
  return values
}

/** Every special pair at every turn: one token per turn, one pair of channels per special pair. */
export function specialCall(kind: SpecialClass, pairing: PairingName, dtype: DType): RawCall {
  const special = specialPairs(kind, dtype)
  const pairs = special.length
  const tokens = TURNS.length
  const values = fromPairs(pairing, pairs, tokens, (i) => special[i] as readonly [number, number])
  const rowOf = (side: 0 | 1): Float64Array =>
    Float64Array.from(TURNS.flatMap((turn) => special.map(() => turn[side])))
  return {
    ...RAW_CONTROL,
    dtype,
    pairing,
    tokens,
    pairs,
    headDim: 2 * pairs,
    heads: [1],
    seed: seedOf(`${kind} ${pairing} ${dtype}`),
    input: elementsFrom(dtype, values),
    rows: { cos: rowOf(0), sin: rowOf(1) },
  }
}

async function runSpecial(
  trial: Trial,
  kind: SpecialClass,
  pairing: PairingName,
  dtype: DType,
): Promise<void> {
  needDType(trial, dtype)
  await runRaw(trial, specialCall(kind, pairing, dtype))
}

/** Special numbers. */
export function specialValuesCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) =>
    SPECIAL_CLASSES.map((kind) =>
      defineCase('contract', `special/${kind}/${pairing}/${dtype}`, (trial) =>
        runSpecial(trial, kind, pairing, dtype),
      ),
    ),
  )
}
