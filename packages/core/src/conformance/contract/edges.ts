/**
 * Channels outside the window, by how many there are: one, two and on to more than a vector, before
 * the window and after it, all of them random bits.
 */

import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, tryEach } from '../case.js'
import { noisyElements } from './pass-through.js'
import { kindCases, type Variants } from './variants.js'

const PAIRS = 3
const TOKENS = 2
const HEADS = 3

/** Channels outside on one side, and on both. */
const COUNTS: readonly number[] = [
  ...Array.from({ length: 10 }, (_, i) => i + 1),
  12,
  14,
  15,
  16,
  17,
  18,
  24,
  31,
  32,
  33,
  34,
  48,
  65,
  66,
]

const SIDES: Readonly<Record<string, (count: number) => readonly [number, number]>> = {
  before: (count) => [count, 0],
  after: (count) => [0, count],
  'on both sides': (count) => [count, (count % 5) + 1],
}

const TARGETS: Variants = {
  'in-place': {},
  out: { inPlace: false },
  'out-bhsd': { inPlace: false, targetLayout: 'bhsd', targetSpacing: 'offset' },
  'out-channel-step': { inPlace: false, targetSpacing: 'channel-step' },
  'in-place-channel-step': { spacing: 'channel-step' },
  'out-reversed': { inPlace: false, spacing: 'reversed', targetSpacing: 'reversed-heads' },
}

function edgeCall(change: Partial<RawCall>, before: number, after: number): Partial<RawCall> {
  const headDim = before + 2 * PAIRS + after
  return { ...change, headDim, windowOffset: before, pairs: PAIRS }
}

/** Every count of channels on each side, for every target. */
export function edgesCases(): readonly ConformanceCase[] {
  return Object.entries(TARGETS).flatMap(([target, change]) =>
    kindCases(`edges/${target}`, (trial, [pairing, dtype], seed) =>
      tryEach(SIDES, async (sides) => {
        for (const count of COUNTS) {
          const call: RawCall = {
            ...RAW_CONTROL,
            ...edgeCall(change, ...sides(count)),
            tokens: TOKENS,
            heads: [HEADS],
            pairing,
            dtype,
            seed,
          }
          const length = TOKENS * HEADS * call.headDim
          await runRaw(trial, { ...call, input: noisyElements(call, length) })
        }
      }),
    ),
  )
}
