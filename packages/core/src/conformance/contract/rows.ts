/**
 * Rows of cos and sin: views into a larger table, in memory of every kind; and values that a
 * backend may be tempted to treat by themselves, (1, 0) in all pairs or in some, zeros of either
 * sign, and rows that make numbers large or vanish.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import { onFresh } from '../calls/fresh.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, type Trial, tryEach, unsupported } from '../case.js'
import type { Rows } from '../judge/rows.js'
import type { Origin } from '../memory/arena.js'
import { randomRows } from '../memory/inputs.js'
import { seededRandom } from '../memory/random.js'
import { type Control, cross, kindCases, type Variants } from './variants.js'

const PAIRS = 19

const CONTROL: Control = {
  ...RAW_CONTROL,
  batch: 2,
  tokens: 3,
  batchStride: 3,
  heads: [3, 1],
  pairs: PAIRS,
  headDim: 2 * PAIRS + 5,
  windowOffset: 3,
}

const TARGETS: Variants = {
  'in place': {},
  out: { inPlace: false },
  'out to steps': { inPlace: false, targetSpacing: 'channel-step' },
  'in place with steps': { spacing: 'channel-step' },
  'bhsd, backwards': { layout: 'bhsd', direction: -1 },
}

/** How the rows of batch entries follow each other. */
const STRIDES: Variants = {
  'own rows': {},
  'shared rows': { batchStride: 0 },
  'rows with gaps': { batchStride: 5 },
  'many tokens': { batch: 1, batchStride: 0, tokens: 37, heads: [2, 1] },
}

const PLACES: Variants = cross(STRIDES, TARGETS)

/** The rows in memory of two kinds. */
const ALONE: Variants = { 'cos alone': { rowAlone: 'cos' }, 'sin alone': { rowAlone: 'sin' } }

/** More rows than go into any two windows. */
const MANY: Partial<RawCall> = { batch: 1, batchStride: 0, tokens: 4000, heads: [1] }

/** With the operands in memory of the same kind, and in ordinary memory. */
async function runTable(
  trial: Trial,
  rowsIn: Origin,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  if (rowsIn === 'shared' && !trial.backend.capabilities.sharedMemory)
    unsupported('the backend does not claim shared memory')
  const call: RawCall = { ...CONTROL, rowsIn, pairing, dtype, seed }
  const origins: Variants = { 'local data': {}, [`${rowsIn} data`]: { origin: rowsIn } }
  const run = (own: Trial): Promise<void> =>
    tryEach(cross({ ...PLACES, ...ALONE }, origins), (change) =>
      runRaw(own, { ...call, ...change }),
    )
  if (rowsIn !== 'allocated') return run(trial)
  // Memory that is given out first may lie elsewhere than what follows, and right behind windows.
  await onFresh(trial, run)
  await tryEach(cross({ 'many rows': MANY }, ALONE), (change) =>
    onFresh(trial, (own) => runRaw(own, { ...call, ...change, origin: rowsIn })),
  )
}

/** The row values of a pair, given those of a random row. */
type Values = (cos: number, sin: number, pair: number, row: number) => readonly [number, number]

/** Rows that are special in all pairs or in some. */
const VALUES: Readonly<Record<string, Values>> = {
  identity: () => [1, 0],
  'identity in one row': (cos, sin, _, row) => (row % 2 === 1 ? [1, 0] : [cos, sin]),
  'identity in the first pair': (cos, sin, pair) => (pair === 0 ? [1, 0] : [cos, sin]),
  'identity in the last pair': (cos, sin, pair) => (pair === PAIRS - 1 ? [1, 0] : [cos, sin]),
  'identity but for one pair': (cos, sin, pair, row) =>
    pair === (5 * row) % PAIRS ? [cos, sin] : [1, 0],
  'cos 1 alone': (_, sin) => [1, sin],
  'sin 0 alone': (cos) => [cos, 0],
  'a quarter turn': () => [0, 1],
  'half a turn': () => [-1, -0],
  'zeros of either sign': (_cos, _sin, pair) => [pair % 2 === 0 ? 0 : -0, pair % 3 === 0 ? 0 : -0],
  'above 2': (cos, sin, pair) => [(pair % 3 === 0 ? 3 : 1) * cos, (pair % 4 === 0 ? 2.5 : 1) * sin],
  'one cos of 3': (cos, sin, pair, row) => [pair === (7 * row) % PAIRS ? 3 : cos, sin],
  'one sin of -3': (cos, sin, pair, row) => [cos, pair === (3 * row + 1) % PAIRS ? -3 : sin],
  'a large cos in the last pair': (cos, sin, pair) => [
    pair === PAIRS - 1 ? 2 ** 14 * cos : cos,
    sin,
  ],
  'a large sin in the last pair': (cos, sin, pair) => [
    cos,
    pair === PAIRS - 1 ? 2 ** 14 * sin : sin,
  ],
  large: (cos, sin) => [4096 * cos, 4096 * sin],
  tiny: (cos, sin) => [2 ** -130 * cos, 2 ** -130 * sin],
}

function rowsOf(values: Values, dtype: DType, seed: number): Rows {
  const rows = CONTROL.batch * CONTROL.tokens
  const random = randomRows(rows * PAIRS, seededRandom(seed))
  const round = dtype === 'float64' ? (value: number) => value : Math.fround
  const pick = (side: 0 | 1): Float64Array =>
    random.cos.map((cos, i) => {
      const sin = random.sin[i] as number
      return round(values(cos, sin, i % PAIRS, Math.floor(i / PAIRS))[side])
    })
  return { cos: pick(0), sin: pick(1) }
}

const DIRECTIONS: Variants = { forwards: {}, backwards: { direction: -1 } }

function runValues(
  trial: Trial,
  values: Values,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  const rows = rowsOf(values, dtype, seed)
  const call: RawCall = { ...CONTROL, pairing, dtype, seed, rows }
  const { 'bhsd, backwards': _, ...targets } = TARGETS
  return tryEach(cross(targets, DIRECTIONS), (change) => runRaw(trial, { ...call, ...change }))
}

/** Where rows lie, and what they hold. */
export function rowsCases(): readonly ConformanceCase[] {
  return [
    ...(['local', 'shared', 'allocated'] as const).flatMap((origin) =>
      kindCases(`rows/table=${origin}`, (trial, kind, seed) => runTable(trial, origin, kind, seed)),
    ),
    ...kindCases('rows/values', (trial, kind, seed) =>
      tryEach(VALUES, (values) => runValues(trial, values, kind, seed)),
    ),
  ]
}
