/**
 * Special numbers: NaN, infinities, both zeros, subnormals and the largest numbers, in every
 * company, through the rows where they are most easily lost; and all 65,536 patterns of each
 * 16-bit dtype.
 */
import type { DType, Elements } from '../../dtype.js'
import type { PairingName } from '../../layout/pairing.js'
import { type PairChannels, pairChannels } from '../../reference/channels.js'
import { checkCanaries, readTensor } from '../arena.js'
import { check, type ConformanceCase, defineCase, type Trial } from '../case.js'
import { createElements, decode, elementsFrom } from '../elements.js'
import type { Rows } from '../exact-rows.js'
import { everyPattern, shuffledPatterns, SPECIAL_CLASSES, type SpecialClass, specialPairs } from '../inputs.js'
import { needDType } from '../numbers.js'
import { seedOf } from '../random.js'
import { compileClaimed, prepare, RAW_CONTROL, type RawCall, runRaw } from '../raw.js'
import { KINDS } from '../values.js'

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
async function runSpecial(trial: Trial, kind: SpecialClass, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const special = specialPairs(kind, dtype)
  const pairs = special.length
  const tokens = TURNS.length
  const values = fromPairs(pairing, pairs, tokens, (i) => special[i] as readonly [number, number])
  const rowOf = (side: 0 | 1): Float64Array => Float64Array.from(TURNS.flatMap((turn) => special.map(() => turn[side])))
  await runRaw(trial, {
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
  })
}

const PATTERN_PAIRS = 64

/** Where the pair that holds pattern `n` has its two members. */
function patternPlace(pairing: PairingName, n: number): PairChannels {
  const { x, y } = pairChannels(pairing, n % PATTERN_PAIRS, PATTERN_PAIRS)
  const first = Math.floor(n / PATTERN_PAIRS) * 2 * PATTERN_PAIRS
  return { x: first + x, y: first + y }
}

/** Elements whose first members of pairs are all patterns and whose second are given. */
function patternElements(pairing: PairingName, seconds: (index: number) => number): Elements {
  const patterns = everyPattern()
  const elements = createElements('float16', 2 * patterns.length)
  patterns.forEach((bits, n) => {
    const { x, y } = patternPlace(pairing, n)
    elements[x] = bits
    elements[y] = seconds(n)
  })
  return elements
}

function patternCall(pairing: PairingName, dtype: DType, input: Elements, [cos, sin]: readonly [number, number]): RawCall {
  const heads = 16
  const tokens = 65536 / PATTERN_PAIRS / heads
  const rows: Rows = {
    cos: new Float64Array(tokens * PATTERN_PAIRS).fill(cos),
    sin: new Float64Array(tokens * PATTERN_PAIRS).fill(sin),
  }
  const shape = { tokens, heads: [heads], pairs: PATTERN_PAIRS, headDim: 2 * PATTERN_PAIRS }
  return { ...RAW_CONTROL, ...shape, dtype, pairing, input, rows, seed: 1 }
}

/**
 * At position 0, beside a zero, every pattern must come back as it went in: x cos - 0 sin = x.
 * No oracle is involved, only the meaning of the bits.
 */
async function runIdentity(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const input = patternElements(pairing, () => 0)
  const call = patternCall(pairing, dtype, input, [1, 0])
  // A GPU may flush subnormals and need not keep NaN and infinity: there the bound is all there is.
  if (trial.backend.device === 'gpu') return runRaw(trial, call)
  const prepared = prepare(trial, call)
  await compileClaimed(trial, prepared.plan).run(prepared.views, prepared.rotation)
  for (const { target } of prepared.operands) {
    checkCanaries(target.arena)
    checkPatterns(readTensor(target), pairing, dtype)
  }
}

/** The first members of the pairs, in order, must be all patterns, in order. */
function checkPatterns(actual: Elements, pairing: PairingName, dtype: DType): void {
  for (let n = 0; n < 65536; n++) {
    const bits = actual[patternPlace(pairing, n).x] as number
    const bothNaN = Number.isNaN(decode(dtype, bits)) && Number.isNaN(decode(dtype, n))
    check(bits === n || bothNaN, () => `pattern 0x${n.toString(16)} came back as 0x${bits.toString(16)}`)
  }
}

/** At an ordinary position, every pattern with another, drawn at random, against the oracles. */
async function runTurned(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const seconds = shuffledPatterns(seedOf(`${pairing} ${dtype}`))
  const input = patternElements(pairing, (n) => seconds[n] as number)
  await runRaw(trial, patternCall(pairing, dtype, input, [Math.fround(Math.cos(1)), Math.fround(Math.sin(1))]))
}

/**
 * Times 3/2, half of all numbers fall on a tie between two neighbours, where only rounding to
 * nearest even gives the right one.
 */
async function runTies(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const seconds = shuffledPatterns(seedOf(`${dtype} ${pairing}`))
  const input = patternElements(pairing, (n) => seconds[n] as number)
  await runRaw(trial, patternCall(pairing, dtype, input, [1.5, 0]))
}

const PATTERNS = { identity: runIdentity, turned: runTurned, ties: runTies } as const

/** Special numbers and all patterns. */
export function specialValuesCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) => [
    ...SPECIAL_CLASSES.map((kind) =>
      defineCase('contract', `special/${kind}/${pairing}/${dtype}`, (trial) => runSpecial(trial, kind, pairing, dtype)),
    ),
    ...(dtype === 'float16' || dtype === 'bfloat16'
      ? Object.entries(PATTERNS).map(([name, run]) =>
          defineCase('contract', `patterns/${name}/${pairing}/${dtype}`, (trial) => run(trial, pairing, dtype)),
        )
      : []),
  ])
}
