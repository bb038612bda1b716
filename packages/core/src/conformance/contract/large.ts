/**
 * Large calls: what backends do only with many tokens, heads or pairs. Threads share them, results
 * go past the caches, tables and data pass through windows in several tiles, and work that may
 * not hold up the caller is cut in slices. Each shape is tried in memory of every kind.
 */
import { DTYPES } from '../../dtype.js'
import type { Origin } from '../arena.js'
import { type ConformanceCase, tryEach } from '../case.js'
import { type LargeCall, runLarge } from '../large.js'
import { RAW_CONTROL, type RawCall } from '../raw.js'
import { KINDS } from '../values.js'
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
    ...{ batch: 2, tokens: 40, batchStride: 40, heads: [6, 2] },
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
function directionOf(shape: number, kind: number): 1 | -1 {
  const [pairing, dtype] = [Math.floor(kind / DTYPES.length), kind % DTYPES.length]
  return (shape + pairing + dtype) % 2 === 0 ? 1 : -1
}

function memoryCases(name: string, via: Via): readonly ConformanceCase[] {
  const index = Object.keys(SHAPES).indexOf(name)
  return KINDS.flatMap((kind, k) =>
    ORIGINS.flatMap((origin) =>
      shapeCases(
        `large/${name}/${via === 'run' ? origin : `async-${origin}`}`,
        { ...(SHAPES[name] as Control), origin, direction: directionOf(index, k) },
        PLACES[origin],
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

const OUT: Partial<RawCall> = { inPlace: false, each: [{}, { targetSpacing: 'padded' }] }

function streamedCases(): readonly ConformanceCase[] {
  const streamed = { repeated: true, lead: LEAD } as const
  const run = { ...streamed, via: 'run' } as const
  const later = { ...streamed, via: 'async' } as const
  const { wide, narrow } = STREAMED
  const single = [['half', 'float32']] as const
  return [
    ...shapeCases('large/streamed', wide, { out: OUT }, run, single),
    ...shapeCases('large/streamed', narrow, { out: OUT }, run, [
      ['interleaved', 'float16'],
      ['half', 'bfloat16'],
    ]),
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
