/**
 * Every odd tail: vector kernels work on 4, 8, 16 or 32 pairs at a time, and what is left over is
 * where they go wrong. Each number of pairs from 1 to 33 and many head counts, on their own.
 */
import { type ConformanceCase, defineCase } from '../case.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../raw.js'
import { seedOf } from '../random.js'
import { KINDS } from '../values.js'
import { needDType } from '../numbers.js'

const PAIRS: readonly number[] = Array.from({ length: 33 }, (_, i) => i + 1)

/** Where out-of-place kernels change their ways: around the widths of vectors. */
const PAIRS_OUT: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33]

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

const TOKENS: readonly number[] = [1, 2, 3, 7, 8, 9, 33]

function tailCase(path: string, kind: (typeof KINDS)[number], change: Partial<RawCall>): ConformanceCase {
  const [pairing, dtype] = kind
  const id = `tails/${path}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    await runRaw(trial, { ...RAW_CONTROL, ...change, dtype, pairing, seed: seedOf(id) })
  })
}

/** Odd tails of pairs, heads and tokens. */
export function tailsCases(): readonly ConformanceCase[] {
  return KINDS.flatMap((kind) => [
    ...PAIRS.map((pairs) => tailCase(`pairs=${pairs}`, kind, { pairs, headDim: 2 * pairs })),
    ...PAIRS_OUT.map((pairs) =>
      tailCase(`pairs=${pairs}/out`, kind, { pairs, headDim: 2 * pairs + 5, windowOffset: 2, inPlace: false }),
    ),
    ...HEADS.map((heads) => tailCase(`heads=${heads.join('+')}`, kind, { heads })),
    ...TOKENS.map((tokens) => tailCase(`tokens=${tokens}`, kind, { tokens, batch: 2, batchStride: tokens })),
  ])
}
