/**
 * Large calls: what backends do only with many tokens, heads or pairs. Threads share them, results
 * go past the caches, tables and data pass through windows in several tiles, and work that may
 * not hold up the caller is cut in slices. Each shape is tried in memory of every kind.
 */

import { PAIRINGS, type PairingName } from '../../contract/pairing.js'
import { DTYPES } from '../../numbers/dtype.js'
import { type LargeCall, runLarge } from '../calls/large.js'
import { RAW_CONTROL, type RawCall } from '../calls/raw.js'
import { type ConformanceCase, tryEach } from '../case.js'
import type { Origin } from '../memory/arena.js'
import { KINDS } from '../values/values.js'
import { type Control, kindCases, type Variants } from './variants.js'

/** Sizes that no vector, page or cache divides. */
const SHAPES: Readonly<Record<string, Control>> = {
  batches: {
    ...RAW_CONTROL,
    ...{ batch: 3, tokens: 117, batchStride: 117, heads: [27, 5] },
    ...{ headDim: 134, windowOffset: 3, pairs: 64 },
  },
  'many-tokens': {
    ...RAW_CONTROL,
    ...{ tokens: 5000, heads: [1, 1], headDim: 70, windowOffset: 3, pairs: 32 },
  },
  'forty-tokens': {
    ...RAW_CONTROL,
    ...{ batch: 2, tokens: 40, batchStride: 1000, heads: [6, 2] },
    ...{ headDim: 70, windowOffset: 3, pairs: 33 },
  },
  'many-pairs': {
    ...RAW_CONTROL,
    ...{ tokens: 19, heads: [5, 2], headDim: 605, windowOffset: 3, pairs: 300 },
  },
  'many-heads': {
    ...RAW_CONTROL,
    ...{ tokens: 3, heads: [128, 8], headDim: 44, windowOffset: 3, pairs: 20 },
  },
  'wide-tokens': {
    ...RAW_CONTROL,
    ...{ tokens: 2, heads: [240, 3], headDim: 605, windowOffset: 3, pairs: 300 },
  },
  'many-batches': {
    ...RAW_CONTROL,
    ...{ batch: 5, tokens: 7, batchStride: 7, heads: [9, 3] },
    ...{ headDim: 70, windowOffset: 3, pairs: 32 },
  },
}

/** How operands lie and where results go, for each kind of memory. */
const PLACES: Readonly<Record<Origin, Variants>> = {
  local: {
    'in place': {},
    out: { inPlace: false },
    bhsd: { layout: 'bhsd' },
    'bhsd, out': { layout: 'bhsd', inPlace: false },
  },
  shared: {
    bhsd: { layout: 'bhsd' },
  },
  allocated: {
    'in place': {},
    'bhsd, out': { layout: 'bhsd', inPlace: false },
    'bhsd to bshd': { layout: 'bhsd', targetLayout: 'bshd', inPlace: false },
    'k elsewhere': { each: [{}, { origin: 'local' }] },
  },
}

const ORIGINS: readonly Origin[] = ['local', 'shared', 'allocated']

type Via = LargeCall['via']

const SMALL: Pick<LargeCall, 'repeated' | 'lead'> = { repeated: false, lead: 0 }

function shapeCases(
  path: string,
  shape: Control,
  variants: Variants,
  rest: Pick<LargeCall, 'repeated' | 'lead' | 'via'>,
  kinds = KINDS,
): readonly ConformanceCase[] {
  return kindCases(
    path,
    (trial, [pairing, dtype]) =>
      tryEach(variants, (change) =>
        runLarge(trial, { ...shape, ...change, ...rest, pairing, dtype, seed: 1 }),
      ),
    kinds,
  )
}

/** Half of the kinds turn forwards and half backwards, and at the next shape the other way round. */
function directionOf(shape: number, [pairing, dtype]: (typeof KINDS)[number]): 1 | -1 {
  const kind = PAIRINGS.indexOf(pairing) + DTYPES.indexOf(dtype)
  return (shape + kind) % 2 === 0 ? 1 : -1
}

/** Shapes of more than a megabyte: the ones that are worth the time of threads. */
const HEAVY: readonly string[] = ['batches', 'many-tokens']

/** Of a heavy shape half of the places with each pairing, since no loop depends on both. */
function placesOf(name: string, origin: Origin, pairing: PairingName): Variants {
  if (origin !== 'local' || !HEAVY.includes(name)) return PLACES[origin]
  const { 'in place': inPlace, 'bhsd, out': bhsdOut, ...others } = PLACES.local
  return pairing === 'half' ? { 'in place': inPlace ?? {}, 'bhsd, out': bhsdOut ?? {} } : others
}

function memoryCases(name: string, via: Via): readonly ConformanceCase[] {
  const index = Object.keys(SHAPES).indexOf(name)
  // What is particular to float64 shows in small calls: backends that have it have one loop for it.
  const kinds = HEAVY.includes(name) ? KINDS.filter(([, dtype]) => dtype !== 'float64') : KINDS
  return kinds.flatMap((kind) =>
    ORIGINS.flatMap((origin) =>
      shapeCases(
        `large/${name}/${via === 'run' ? origin : `async-${origin}`}`,
        { ...(SHAPES[name] as Control), origin, direction: directionOf(index, kind) },
        placesOf(name, origin, kind[0]),
        { ...SMALL, via },
        [kind],
      ),
    ),
  )
}

/** Elements that bring an operand's first one to a cache line, after the canaries of its arena. */
const LEAD = 27

/** 34 MB each way, more than is kept for results in any cache; k begins on odd places. */
const STREAMED: Readonly<Record<'wide' | 'narrow', Control>> = {
  wide: {
    ...RAW_CONTROL,
    ...{ batch: 4, tokens: 150, heads: [64, 16], headDim: 176, windowOffset: 20, pairs: 68 },
  },
  narrow: {
    ...RAW_CONTROL,
    ...{ batch: 6, tokens: 157, heads: [64, 16], headDim: 224, windowOffset: 40, pairs: 72 },
  },
}

const STREAMED_RUN = { repeated: true, lead: LEAD, via: 'run' } as const

const OUT: Partial<RawCall> = { inPlace: false, each: [{}, { targetSpacing: 'padded' }] }

/** Out of place with results that go past the caches; of 16-bit elements by request, in gigabytes.ts. */
export function streamedHalvesCases(): readonly ConformanceCase[] {
  const halves = KINDS.filter(([, dtype]) => dtype === 'float16' || dtype === 'bfloat16')
  return shapeCases('large/streamed', STREAMED.narrow, { out: OUT }, STREAMED_RUN, halves)
}

function streamedCases(): readonly ConformanceCase[] {
  const later = { ...STREAMED_RUN, via: 'async' } as const
  const { wide } = STREAMED
  const single = [['half', 'float32']] as const
  const singles = KINDS.filter(([, dtype]) => dtype === 'float32')
  return [
    ...shapeCases('large/streamed', wide, { out: OUT }, STREAMED_RUN, singles),
    ...ORIGINS.flatMap((origin) => {
      const variants: Variants = { 'in place': {}, 'bhsd, out': { ...OUT, layout: 'bhsd' } }
      return shapeCases(
        `large/slices/async-${origin}`,
        { ...wide, origin },
        variants,
        later,
        single,
      )
    }),
  ]
}

/** Large calls that are quick enough for every run of the suite. */
export function largeCases(): readonly ConformanceCase[] {
  return [
    ...Object.keys(SHAPES).flatMap((name) => memoryCases(name, 'run')),
    ...['batches', 'many-tokens'].flatMap((name) => memoryCases(name, 'async')),
    ...streamedCases(),
  ]
}
