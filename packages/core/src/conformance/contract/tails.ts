/**
 * Every odd tail: vector kernels work on 4, 8, 16 or 32 pairs at a time, and what is left over is
 * where they go wrong. Each number of pairs from 1 to 33, and many counts of heads and tokens.
 */

import { needDType } from '../calls/numbers.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, defineCase, tryEach } from '../case.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

type Variants = Readonly<Record<string, Partial<RawCall>>>

function variants<Value>(
  values: readonly Value[],
  name: (value: Value) => string,
  change: (value: Value) => Partial<RawCall>,
): Variants {
  return Object.fromEntries(values.map((value) => [name(value), change(value)]))
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function pairsInPlace(first: number, last: number): Variants {
  return variants(
    range(first, last),
    (pairs) => `${pairs} pairs`,
    (pairs) => ({ pairs, headDim: 2 * pairs }),
  )
}

const HEADS: readonly (readonly number[])[] = [
  [1],
  [2],
  [3, 1],
  [4, 2],
  [5, 1],
  [7, 5],
  [8, 8],
  [9, 3],
  [16, 1],
  [17, 2],
  [32, 8],
]

/** One case per entry, for each pairing and dtype. */
const TAILS: Readonly<Record<string, Variants>> = {
  'pairs=1-8': pairsInPlace(1, 8),
  'pairs=9-16': pairsInPlace(9, 16),
  'pairs=17-24': pairsInPlace(17, 24),
  'pairs=25-33': pairsInPlace(25, 33),
  'pairs=1-33/out': variants(
    range(1, 33),
    (pairs) => `${pairs} pairs`,
    (pairs) => ({ pairs, headDim: 2 * pairs + 5, windowOffset: 2, inPlace: false, tokens: 1 }),
  ),
  heads: variants(
    HEADS,
    (heads) => `${heads.join(' + ')} heads`,
    (heads) => ({ heads }),
  ),
  tokens: variants(
    [1, 2, 3, 7, 8, 9, 33],
    (tokens) => `${tokens} tokens`,
    (tokens) => ({ tokens, batch: 2, batchStride: tokens }),
  ),
}

/** Odd tails of pairs, heads and tokens. */
export function tailsCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) =>
    Object.entries(TAILS).map(([name, changes]) => {
      const id = `tails/${name}/${pairing}/${dtype}`
      return defineCase('contract', id, async (trial) => {
        needDType(trial, dtype)
        const seed = seedOf(id)
        await tryEach(changes, (change) =>
          runRaw(trial, { ...RAW_CONTROL, ...change, dtype, pairing, seed }),
        )
      })
    }),
  )
}
