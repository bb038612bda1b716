/**
 * 16-bit results that fall halfway between two neighbours, in every loop that a kernel may have:
 * whole vectors and what is left over, strides of every kind, in place and out, both ways.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, type Trial, tryEach } from '../case.js'
import { seededRandom } from '../memory/random.js'
import { KINDS } from '../values/values.js'
import { cross, kindCases, type Variants } from './variants.js'

const TOKENS = 2
const HEADS = 3

/** Finite numbers whose last bit is set: times 3/2 or 3, they fall halfway. */
function oddElements(dtype: DType, length: number, seed: number): Elements {
  const random = seededRandom(seed)
  const [lowest, span] = dtype === 'float16' ? [0x0400, 0x6c00] : [0x3000, 0x2000]
  return Uint16Array.from({ length }, () => {
    const sign = random() < 0.5 ? 0x8000 : 0
    return sign | (lowest + Math.floor(random() * span)) | 1
  })
}

const PLACES: Variants = {
  'in place': {},
  out: { inPlace: false },
  'in place with steps': { spacing: 'channel-step' },
  'out to steps': { inPlace: false, targetSpacing: 'channel-step' },
  'out from steps': { inPlace: false, spacing: 'channel-step' },
}

const DIRECTIONS: Variants = { forwards: {}, backwards: { direction: -1 } }

/** Every number of pairs up to two vectors of the widest kind and a tail. */
const PAIRS: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40]

/** What every pair is turned by: halfway in x and y, or in one of them through the other. */
const TURNS: readonly (readonly [number, number])[] = [
  [1.5, 0],
  [0, 1.5],
  [3, 0],
]

function tiesCall(
  [pairing, dtype]: readonly [PairingName, DType],
  pairs: number,
  [cos, sin]: readonly [number, number],
  seed: number,
): RawCall {
  const headDim = 2 * pairs + 2
  return {
    ...RAW_CONTROL,
    pairing,
    dtype,
    seed,
    pairs,
    headDim,
    tokens: TOKENS,
    heads: [HEADS],
    input: oddElements(dtype, TOKENS * HEADS * headDim, seed + pairs),
    rows: {
      cos: new Float64Array(TOKENS * pairs).fill(cos),
      sin: new Float64Array(TOKENS * pairs).fill(sin),
    },
  }
}

/** Ties of the 16-bit dtypes. */
export function tiesCases(): readonly ConformanceCase[] {
  const halves = KINDS.filter(([, dtype]) => dtype === 'float16' || dtype === 'bfloat16')
  const places = cross(PLACES, DIRECTIONS)
  const run = (
    trial: Trial,
    kind: readonly [PairingName, DType],
    seed: number,
    turn: readonly [number, number],
  ): Promise<void> =>
    tryEach(places, async (change) => {
      for (const pairs of PAIRS)
        await runRaw(trial, { ...tiesCall(kind, pairs, turn, seed), ...change })
    })
  return TURNS.flatMap((turn) =>
    kindCases(
      `ties/${turn.join('+')}`,
      (trial, kind, seed) => run(trial, kind, seed, turn),
      halves,
    ),
  )
}
