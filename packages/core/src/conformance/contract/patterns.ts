/**
 * All 65,536 patterns of each 16-bit dtype, through a turn of nothing and through others: what a
 * backend does to widen and to round is seen completely.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import { type PairChannels, pairChannels } from '../../reference/channels.js'
import { needDType } from '../calls/numbers.js'
import {
  compileClaimed,
  prepare,
  RAW_CONTROL,
  type RawCall,
  runKernel,
  runRaw,
} from '../calls/raw.js'
import { type ConformanceCase, check, defineCase, type Trial } from '../case.js'
import type { Rows } from '../judge/rows.js'
import { checkCanaries, readTensor } from '../memory/arena.js'
import { decode, elementsFrom } from '../memory/elements.js'
import { shuffledPatterns } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

const PATTERNS = 65536
const PAIRS = 64
const HEADS = 16

/** A call on `input` in which every row turns alike. */
function patternCall(
  pairing: PairingName,
  dtype: DType,
  input: Elements,
  [cos, sin]: readonly [number, number],
): RawCall {
  const tokens = input.length / (2 * PAIRS * HEADS)
  const rows: Rows = {
    cos: new Float64Array(tokens * PAIRS).fill(cos),
    sin: new Float64Array(tokens * PAIRS).fill(sin),
  }
  const shape = { tokens, heads: [HEADS], pairs: PAIRS, headDim: 2 * PAIRS }
  return { ...RAW_CONTROL, ...shape, dtype, pairing, input, rows, seed: 1 }
}

/** Where the pair that holds pattern `n` has its two members. */
function pairPlace(pairing: PairingName, n: number): PairChannels {
  const { x, y } = pairChannels(pairing, n % PAIRS, PAIRS)
  const first = Math.floor(n / PAIRS) * 2 * PAIRS
  return { x: first + x, y: first + y }
}

/**
 * At position 0, beside a zero, every pattern must come back as it went in: x cos - 0 sin = x.
 * No oracle is involved, only the meaning of the bits.
 */
async function runIdentity(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  const input = elementsFrom(dtype, new Float64Array(2 * PATTERNS))
  for (let n = 0; n < PATTERNS; n++) input[pairPlace(pairing, n).x] = n
  const call = patternCall(pairing, dtype, input, [1, 0])
  // A GPU may flush subnormals and need not keep NaN and infinity: there the bound is all there is.
  if (trial.backend.device === 'gpu') return runRaw(trial, call)
  const prepared = prepare(trial, call)
  runKernel(trial, compileClaimed(trial, prepared.plan), prepared)
  for (const { target } of prepared.operands) {
    checkCanaries(target.arena)
    checkPatterns(readTensor(target), pairing, dtype)
  }
}

/** The first members of the pairs, in order, must be all patterns, in order. */
function checkPatterns(actual: Elements, pairing: PairingName, dtype: DType): void {
  for (let n = 0; n < PATTERNS; n++) {
    const bits = actual[pairPlace(pairing, n).x] as number
    const bothNaN = Number.isNaN(decode(dtype, bits)) && Number.isNaN(decode(dtype, n))
    check(
      bits === n || bothNaN,
      () => `pattern 0x${n.toString(16)} came back as 0x${bits.toString(16)}`,
    )
  }
}

/** Every pattern in random company, all turned alike, against the oracles. */
function runTurned(
  trial: Trial,
  pairing: PairingName,
  dtype: DType,
  turn: readonly [number, number],
  change: Partial<RawCall> = {},
): Promise<void> {
  const input = shuffledPatterns(seedOf(`${pairing} ${dtype}`))
  return runRaw(trial, { ...patternCall(pairing, dtype, input, turn), ...change })
}

type Run = (trial: Trial, pairing: PairingName, dtype: DType) => Promise<void>

/**
 * `ties`: times 3/2, half of all numbers fall halfway between two neighbours, where only rounding
 * to nearest even gives the right one.
 */
const RUNS: Readonly<Record<string, Run>> = {
  identity: runIdentity,
  turned: (trial, pairing, dtype) =>
    runTurned(trial, pairing, dtype, [Math.fround(Math.cos(1)), Math.fround(Math.sin(1))]),
  ties: (trial, pairing, dtype) => runTurned(trial, pairing, dtype, [1.5, 0]),
  'ties-channel-step': (trial, pairing, dtype) =>
    runTurned(trial, pairing, dtype, [1.5, 0], { spacing: 'channel-step' }),
  'ties-out': (trial, pairing, dtype) =>
    runTurned(trial, pairing, dtype, [0, 1.5], { inPlace: false, direction: -1 }),
}

/** All patterns of the 16-bit dtypes. */
export function patternsCases(): readonly ConformanceCase[] {
  return KINDS.filter(([, dtype]) => dtype === 'float16' || dtype === 'bfloat16').flatMap(
    ([pairing, dtype]) =>
      Object.entries(RUNS).map(([name, run]) =>
        defineCase('contract', `patterns/${name}/${pairing}/${dtype}`, async (trial) => {
          needDType(trial, dtype)
          await run(trial, pairing, dtype)
        }),
      ),
  )
}
