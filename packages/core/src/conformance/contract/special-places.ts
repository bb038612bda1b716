/**
 * Special numbers where they are rarely looked for: out of place, backwards, in windows, in other
 * strides and in the second operand; and alone among ordinary ones, at every place of a head, where
 * a kernel that looks for them may overlook one.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
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

/** Ordinary numbers; head h of token t has a special one, at channel h. */
function loneElements(dtype: DType, tokens: number, kind: SpecialClass, seed: number): Elements {
  const special = specialNumbers(kind, dtype)
  const elements = ordinaryElements(dtype, tokens * HEAD_DIM * HEAD_DIM, seed)
  for (let head = 0; head < tokens * HEAD_DIM; head++) {
    const value = special[head % special.length] as number
    elements[head * HEAD_DIM + (head % HEAD_DIM)] = encode(dtype, value)
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

function runLone(
  trial: Trial,
  kind: SpecialClass,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  const tokens = 1
  const call: RawCall = {
    ...RAW_CONTROL,
    tokens,
    heads: [HEAD_DIM],
    headDim: HEAD_DIM,
    pairs: PAIRS,
    windowOffset: WINDOW_OFFSET,
    pairing,
    dtype,
    seed,
    input: loneElements(dtype, tokens, kind, seed),
  }
  return tryEach(LONE, (change) => runRaw(trial, { ...call, ...change }))
}

/** Every class in other places, and alone. */
export function specialPlacesCases(): readonly ConformanceCase[] {
  return SPECIAL_CLASSES.flatMap((kind) => [
    ...kindCases(`special-places/${kind}`, (trial, what) => runPlaces(trial, kind, what)),
    ...kindCases(`special-alone/${kind}`, (trial, what, seed) => runLone(trial, kind, what, seed)),
  ])
}
