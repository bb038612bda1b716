/**
 * Large calls: what backends do only with many tokens, heads or pairs. Threads share them, results
 * go past the caches, tables and data pass through windows in several tiles, and work that may
 * not hold up the caller is cut in slices. Each shape is tried in memory of every kind.
 */

import { PAIRINGS, type PairingName } from '../../contract/pairing.js'
import { DTYPES, type DType } from '../../numbers/dtype.js'
import { type LargeCall, runLarge } from '../calls/large.js'
import { RAW_CONTROL, type RawCall } from '../calls/raw.js'
import { type ConformanceCase, type Trial, tryEach, unsupported } from '../case.js'
import { checkUnchanged, createArena, type Origin, snapshot } from '../memory/arena.js'
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

/** Shapes of more than a megabyte, or of many times as many heads as usual. */
const HEAVY: readonly string[] = ['batches', 'many-tokens', 'wide-tokens']

const HALVES: readonly DType[] = ['float16', 'bfloat16']

/** Of a heavy shape half of the places with each pairing, since no loop depends on both. */
function placesOf(name: string, origin: Origin, pairing: PairingName): Variants {
  if (origin !== 'local' || !HEAVY.includes(name)) return PLACES[origin]
  const { 'in place': inPlace, 'bhsd, out': bhsdOut, ...others } = PLACES.local
  return pairing === 'half' ? { 'in place': inPlace ?? {}, 'bhsd, out': bhsdOut ?? {} } : others
}

/**
 * A heavy shape is tried with one 16-bit dtype for each pairing, at the next shape the other way
 * round, and in shared memory with each size of elements once: what tells dtypes apart shows in
 * small calls, and of float64 backends have one loop.
 */
function kindsOf(name: string, origin: Origin): typeof KINDS {
  if (!HEAVY.includes(name)) return KINDS
  const [first, second] = HEAVY.indexOf(name) % 2 === 0 ? HALVES : [...HALVES].reverse()
  const heavy = KINDS.filter(
    ([pairing, dtype]) => dtype === 'float32' || dtype === (pairing === 'half' ? first : second),
  )
  if (origin !== 'shared') return heavy
  return heavy.filter(([pairing, dtype]) => (pairing === 'half') === (dtype === 'float32'))
}

function memoryCases(name: string, via: Via): readonly ConformanceCase[] {
  const index = Object.keys(SHAPES).indexOf(name)
  return KINDS.flatMap((kind) =>
    ORIGINS.filter((origin) => kindsOf(name, origin).includes(kind)).flatMap((origin) =>
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

/** Heads of so few bytes that a window of rows ends before a window of two of them does. */
const NARROW: Control = {
  ...RAW_CONTROL,
  ...{ tokens: 2100, heads: [3, 1], headDim: 64, pairs: 32, layout: 'bhsd' },
}

function narrowCases(): readonly ConformanceCase[] {
  const halves = KINDS.filter(
    ([pairing, dtype]) => dtype === (pairing === 'half' ? 'float16' : 'bfloat16'),
  )
  const variants: Variants = { 'in place': {}, out: { inPlace: false } }
  return shapeCases('large/narrow-heads', NARROW, variants, { ...SMALL, via: 'run' }, halves)
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

/**
 * What begins on no multiple of 16 bytes: every other head of k, and for some kinds all of k, or the
 * second members of all pairs.
 */
const UNEVEN: Readonly<Record<string, Partial<RawCall>>> = {
  'half/float16': { each: [{}, { targetSpacing: 'offset' }] },
  'half/bfloat16': { pairs: 68 },
  'interleaved/float16': { each: [{}, { targetSpacing: 'offset' }] },
}

/** One kind for everybody; the others for instruction sets, whose stores may go past the caches. */
function streamedCases(): readonly ConformanceCase[] {
  const kinds = KINDS.filter(([, dtype]) => dtype !== 'float64')
  return kindCases(
    'large/streamed',
    async (trial, [pairing, dtype]) => {
      const isFirst = pairing === 'half' && dtype === 'float32'
      if (!isFirst && trial.backend.capabilities.isa === null)
        unsupported('the backend names no instruction set')
      const shape = dtype === 'float32' ? STREAMED.wide : STREAMED.narrow
      const call = { ...shape, ...OUT, ...UNEVEN[`${pairing}/${dtype}`], ...STREAMED_RUN }
      await runLarge(trial, { ...call, pairing, dtype, seed: 1 })
    },
    kinds,
  )
}

/** As many bytes, in more tokens than a first slice has. */
const MANY_SLICES: Control = { ...STREAMED.wide, tokens: 600, heads: [16, 4] }

function slicesCases(): readonly ConformanceCase[] {
  const variants: Variants = { 'in place': {}, 'bhsd, out': { ...OUT, layout: 'bhsd' } }
  return ORIGINS.flatMap((origin) =>
    shapeCases(
      `large/slices/async-${origin}`,
      { ...MANY_SLICES, origin },
      variants,
      { ...STREAMED_RUN, via: 'async' },
      [['half', 'float32']],
    ),
  )
}

/** Elements of an array that lies where a backend's own memory begins to be given out. */
const BYSTANDER = 4096

/**
 * Memory of the backend that no call is told of stays as it is while calls on other memory pass
 * through windows of the backend's, which may lie right before it.
 */
async function runBesideOwn(trial: Trial, kind: (typeof KINDS)[number]): Promise<void> {
  const { createBackend } = trial.subject
  if (trial.backend.allocate === undefined) unsupported('the backend has no allocate')
  if (createBackend === undefined) unsupported('there is no way to make a second backend')
  const backend = await createBackend()
  try {
    const [pairing, dtype] = kind
    const fresh: Trial = { ...trial, backend }
    const arena = createArena(backend, dtype, BYSTANDER, 1, 'allocated')
    const before = snapshot(arena)
    for (const name of HEAVY) {
      const shape = { ...(SHAPES[name] as Control), pairing, dtype, seed: 1 }
      for (const layout of ['bshd', 'bhsd'] as const) {
        await runLarge(fresh, { ...shape, layout, ...SMALL, via: 'run' })
        checkUnchanged(arena, before, `memory that ${name} in ${layout} has nothing to do with`)
      }
    }
  } finally {
    backend.dispose()
  }
}

function besideOwnCases(): readonly ConformanceCase[] {
  const kinds = KINDS.filter(
    ([pairing, dtype]) => dtype === (pairing === 'half' ? 'float32' : 'bfloat16'),
  )
  return kindCases('large/beside-own', runBesideOwn, kinds)
}

/** Large calls that are quick enough for every run of the suite. */
export function largeCases(): readonly ConformanceCase[] {
  return [
    ...Object.keys(SHAPES).flatMap((name) => memoryCases(name, 'run')),
    ...['batches', 'many-tokens'].flatMap((name) => memoryCases(name, 'async')),
    ...narrowCases(),
    ...besideOwnCases(),
    ...streamedCases(),
    ...slicesCases(),
  ]
}
