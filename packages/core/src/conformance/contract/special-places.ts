/**
 * Special numbers where they are rarely looked for: out of place, backwards, in windows, in other
 * strides and in the second operand; and alone among ordinary ones, at every place of a head, where
 * a kernel that looks for them may overlook one.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import { RAW_CONTROL, runRaw } from '../calls/raw.js'
import { type ConformanceCase, type Trial, tryEach } from '../case.js'
import { encode } from '../memory/elements.js'
import {
  ordinaryElements,
  SPECIAL_CLASSES,
  type SpecialClass,
  specialNumbers,
} from '../memory/inputs.js'
import { specialCall } from './special-values.js'
import { cross, kindCases, type Variants } from './variants.js'

const PLACES: Variants = {
  out: { inPlace: false },
  'out to steps': { inPlace: false, targetSpacing: 'channel-step' },
  'out from steps': { inPlace: false, spacing: 'channel-step' },
  'out to bhsd': { inPlace: false, targetLayout: 'bhsd', targetSpacing: 'padded' },
  'in place with steps': { spacing: 'channel-step' },
  'in place and reversed': { spacing: 'reversed' },
}

const DIRECTIONS: Variants = { forwards: {}, backwards: { direction: -1 } }

/** Every special pair at every turn, in each of these places. */
function runPlaces(
  trial: Trial,
  kind: SpecialClass,
  [pairing, dtype]: readonly [PairingName, DType],
): Promise<void> {
  const call = specialCall(kind, pairing, dtype)
  const length = call.tokens * call.pairs
  const identity = { cos: new Float64Array(length).fill(1), sin: new Float64Array(length) }
  // Where every row is (1, 0), leaving numbers as they are is nearly right.
  const nowhere: Variants = {
    'at position 0': { rows: identity },
    'out, at position 0': { rows: identity, inPlace: false },
  }
  const all = { ...cross({ 'in place': {}, ...PLACES }, DIRECTIONS), ...nowhere }
  return tryEach(all, (change) => runRaw(trial, { ...call, ...change }))
}

/** Channels of a head with one special number: two vectors of the widest kind, and a tail. */
const PAIRS = 35
const WINDOW_OFFSET = 3
const HEAD_DIM = 2 * PAIRS + WINDOW_OFFSET + 2

/** Heads, the last of which are beyond as many elements as all windows together have. */
const LAST_HEADS = HEAD_DIM - 4

/** Ordinary numbers; each head from this one on has a special one, head h at channel h. */
function loneElements(dtype: DType, kind: SpecialClass, seed: number, from: number): Elements {
  const special = specialNumbers(kind, dtype)
  const elements = ordinaryElements(dtype, HEAD_DIM * HEAD_DIM, seed)
  for (let head = from; head < HEAD_DIM; head++) {
    const value = special[head % special.length] as number
    elements[head * HEAD_DIM + head] = encode(dtype, value)
  }
  return elements
}

const LONE: Variants = {
  'in place': {},
  'in place, backwards': { direction: -1 },
  out: { inPlace: false },
  'out, backwards': { inPlace: false, direction: -1 },
  'bhsd, in place': { layout: 'bhsd' },
}

const LAST: Variants = { 'in place': {}, 'out, backwards': { inPlace: false, direction: -1 } }

async function runLone(
  trial: Trial,
  kind: SpecialClass,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  const call = {
    ...RAW_CONTROL,
    ...{ tokens: 1, heads: [HEAD_DIM], headDim: HEAD_DIM },
    ...{ pairs: PAIRS, windowOffset: WINDOW_OFFSET, pairing, dtype, seed },
  }
  const every = loneElements(dtype, kind, seed, 0)
  await tryEach(LONE, (change) => runRaw(trial, { ...call, ...change, input: every }))
  const last = loneElements(dtype, kind, seed, LAST_HEADS)
  await tryEach(LAST, (change) => runRaw(trial, { ...call, ...change, input: last }))
}

/** Every class in other places, and alone. */
export function specialPlacesCases(): readonly ConformanceCase[] {
  return SPECIAL_CLASSES.flatMap((kind) => [
    ...kindCases(`special-places/${kind}`, (trial, what) => runPlaces(trial, kind, what)),
    ...kindCases(`special-alone/${kind}`, (trial, what, seed) => runLone(trial, kind, what, seed)),
  ])
}
