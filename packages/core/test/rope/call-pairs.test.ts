/**
 * What a rope remembers never changes what a call does: of every two calls, one after the other on
 * one rope, one step or one backend, the second ends exactly as on a fresh one. Each call differs
 * from a plain one in one aspect, so every two differ in one or two. Memory has canaries all round.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RopeOptions } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import type { RotateTensors } from '../../src/plan/plan.js'
import type { Layout, Tensor } from '../../src/plan/tensor.js'
import type { Positions } from '../../src/positions/forms.js'
import { createRope, type Rope, type RopeStep } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const HEAD_DIM = 8
const OFFSET = 2
const PAIRS = 2
const FREQUENCIES = [1, 0.01]

const CONFIG: RopeOptions = {
  ...{ headDim: HEAD_DIM, pairing: 'half', rotaryDim: 2 * PAIRS, windowOffset: OFFSET },
  schedule: { type: 'default', base: 1e4 },
}

/** Bytes of each of the two buffers of a call, one local and one shared. */
const ARENA = 6144

type Kind = 'local' | 'shared'

/** Two bytes each, all different from their neighbours, and ordinary numbers in every type. */
const CANARIES = {
  local: Uint16Array.from({ length: ARENA / 2 }, (_, at) => 0x3c00 + ((at * 37) % 900)),
  shared: Uint16Array.from({ length: ARENA / 2 }, (_, at) => 0x3c00 + ((at * 41 + 11) % 900)),
} as const

/** Memory of one call. */
class Arena {
  readonly buffers: Readonly<Record<Kind, ArrayBufferLike>> = {
    local: new ArrayBuffer(ARENA),
    shared: new SharedArrayBuffer(ARENA),
  }

  constructor() {
    for (const kind of ['local', 'shared'] as const) {
      new Uint16Array(this.buffers[kind]).set(CANARIES[kind])
    }
  }

  /** All that is in it; a detached buffer has nothing left, and nobody may look. */
  bytes(): Buffer {
    const parts = Object.values(this.buffers).map((buffer) =>
      buffer.byteLength === 0 ? Buffer.alloc(0) : Buffer.from(buffer),
    )
    return Buffer.concat(parts)
  }
}

type Data = Float32Array | Float64Array | Uint16Array
type Maker = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Data

/** Where a tensor of a call lies, and how it is described. */
interface Place {
  readonly shape: readonly number[]
  /** Bytes from the start of the buffer. */
  readonly at: number
  readonly kind?: Kind
  readonly Type?: Maker
  /** Elements of the array; as many as a dense tensor has when absent. */
  readonly length?: number
  readonly more?: Partial<Omit<Tensor, 'data' | 'shape'>>
}

type Name = 'q' | 'k' | 'outQ' | 'outK'

/** One call: its tensors, and what it is called with. */
interface Call {
  readonly places: Partial<Record<Name, Place>>
  readonly inverse?: unknown
  readonly positions?: Positions
  readonly length?: number
  /** Something that happens to the memory before the call. */
  readonly before?: (tensors: Partial<Record<Name, Tensor>>) => void
}

const Q: Place = { shape: [2, 3, 2, HEAD_DIM], at: 512 }
const K: Place = { shape: [2, 3, 1, HEAD_DIM], at: 1536 }
/** Room for the outputs, apart from both. */
const OUT_Q: Place = { shape: Q.shape, at: 2560 }
const OUT_K: Place = { shape: K.shape, at: 4096 }
const PLAIN: Call = { places: { q: Q, k: K } }
const OUT: Call = { places: { q: Q, k: K, outQ: OUT_Q, outK: OUT_K } }

const all = (call: Call, change: Partial<Place>): Call => ({
  ...call,
  places: Object.fromEntries(
    Object.entries(call.places).map(([name, place]) => [name, { ...place, ...change }]),
  ),
})
const one = (call: Call, name: Name, change: Partial<Place>): Call => ({
  ...call,
  places: { ...call.places, [name]: { ...(call.places[name] ?? Q), ...change } },
})
/** Two tensors of a call in shared memory, the second at a place of its own or at a stated one. */
const shared = (call: Call, first: Name, second: Name, at?: number): Call =>
  one(one(call, first, { kind: 'shared' }), second, {
    kind: 'shared',
    ...(at === undefined ? {} : { at }),
  })
const only = (...names: readonly Name[]): Call => ({
  places: Object.fromEntries(names.map((name) => [name, OUT.places[name]])),
})

/** Strides of a dense tensor in rows of `row` elements per token of two heads. */
const rows = (heads: number, token: number): readonly number[] => [
  3 * token,
  token,
  heads === 1 ? HEAD_DIM : HEAD_DIM,
  1,
]
const reversed = (heads: number): readonly number[] => [
  3 * heads * HEAD_DIM,
  -heads * HEAD_DIM,
  HEAD_DIM,
  1,
]
const transfer = (tensor: Tensor | undefined): void => {
  const buffer = (tensor as Tensor).data.buffer as ArrayBuffer
  structuredClone(buffer, { transfer: [buffer] })
}

const BOTH = { q: Q, k: K }
const half = { Type: Uint16Array, more: { dtype: 'float16' } } as const
const brain = { Type: Uint16Array, more: { dtype: 'bfloat16' } } as const

/** Every call, with how it ends: '' when it is made, else the code and the field of the refusal. */
const CALLS: Readonly<Record<string, readonly [Call, string]>> = {
  plain: [PLAIN, ''],
  'only q': [only('q'), ''],
  'only k': [only('k'), ''],
  inverse: [{ ...PLAIN, inverse: true }, ''],
  'a word as inverse': [{ ...PLAIN, inverse: 'yes' }, 'INVALID_OPTION inverse'],
  'a number as inverse, out': [{ ...OUT, inverse: 1 }, 'INVALID_OPTION inverse'],
  'null as inverse': [{ ...PLAIN, inverse: null }, 'INVALID_OPTION inverse'],
  'inverse, and false': [{ ...PLAIN, inverse: false }, ''],
  nothing: [{ places: {} }, 'INVALID_TENSOR q'],
  // Element types.
  float64: [all(PLAIN, { Type: Float64Array }), ''],
  'float64 q alone': [one(PLAIN, 'q', { Type: Float64Array }), 'INVALID_TENSOR k'],
  float16: [all(PLAIN, half), ''],
  bfloat16: [all(PLAIN, brain), ''],
  'bits of no stated type': [all(PLAIN, { Type: Uint16Array }), 'INVALID_TENSOR q.dtype'],
  'k of the other half type': [
    { places: { q: { ...Q, ...half }, k: { ...K, ...brain } } },
    'INVALID_TENSOR k',
  ],
  'a stated type that is wrong': [
    all(PLAIN, { more: { dtype: 'float16' } }),
    'INVALID_TENSOR q.data',
  ],
  'the type stated': [all(PLAIN, { more: { dtype: 'float32' } }), ''],
  // Sizes.
  'one batch entry': [
    { places: { q: { ...Q, shape: [1, 6, 2, 8] }, k: { ...K, shape: [1, 6, 1, 8] } } },
    '',
  ],
  'sizes in another order': [
    { places: { q: { ...Q, shape: [3, 2, 2, 8] }, k: { ...K, shape: [3, 2, 1, 8] } } },
    '',
  ],
  'no tokens': [
    { places: { q: { ...Q, shape: [2, 0, 2, 8] }, k: { ...K, shape: [2, 0, 1, 8] } } },
    '',
  ],
  'other heads of q': [one(PLAIN, 'q', { shape: [2, 3, 3, 8] }), ''],
  'other heads of k': [one(PLAIN, 'k', { shape: [2, 3, 2, 8] }), ''],
  'other tokens of k': [one(PLAIN, 'k', { shape: [2, 2, 1, 8] }), 'INVALID_TENSOR k'],
  'other batch of k': [one(PLAIN, 'k', { shape: [3, 3, 1, 8] }), 'INVALID_TENSOR k'],
  'other channels': [one(PLAIN, 'q', { shape: [2, 3, 2, 6] }), 'INVALID_TENSOR q.shape'],
  'other channels in as much memory': [
    one(PLAIN, 'q', { shape: [2, 3, 2, 6], length: 96 }),
    'INVALID_TENSOR q.shape',
  ],
  'an axis too many': [one(PLAIN, 'q', { shape: [1, 2, 3, 2, 8] }), 'INVALID_TENSOR q.shape'],
  'a size that is no number': [
    one(PLAIN, 'q', { shape: [2, 3, '2', 8] as unknown as number[] }),
    'INVALID_TENSOR q.shape[2]',
  ],
  // Layouts.
  'the default layout stated': [all(PLAIN, { more: { layout: 'bshd' } }), ''],
  'another layout of q': [one(PLAIN, 'q', { more: { layout: 'bhsd' } }), 'INVALID_TENSOR k'],
  bhsd: [
    {
      places: {
        q: { ...Q, shape: [2, 2, 3, 8], more: { layout: 'bhsd' } },
        k: { ...K, shape: [2, 1, 3, 8], more: { layout: 'bhsd' } },
      },
    },
    '',
  ],
  'sbhd of the same shape': [all(PLAIN, { more: { layout: 'sbhd' } }), ''],
  flat: [
    {
      places: {
        q: { ...Q, shape: [2, 3, 16], more: { layout: 'flat' } },
        k: { ...K, shape: [2, 3, 8], more: { layout: 'flat' } },
      },
    },
    '',
  ],
  'flat, with fewer heads in as much memory': [
    {
      places: {
        q: { ...Q, shape: [2, 3, 8], length: 96, more: { layout: 'flat' } },
        k: { ...K, shape: [2, 3, 8], more: { layout: 'flat' } },
      },
    },
    '',
  ],
  'a layout that is none': [
    all(PLAIN, { more: { layout: 'nchw' as Layout } }),
    'INVALID_TENSOR q.layout',
  ],
  // Strides.
  'dense strides stated': [one(PLAIN, 'q', { more: { strides: [48, 16, 8, 1] } }), ''],
  'spaced tokens of q': [one(PLAIN, 'q', { length: 140, more: { strides: rows(2, 24) } }), ''],
  'spaced tokens of k': [one(PLAIN, 'k', { length: 140, more: { strides: rows(1, 24) } }), ''],
  'a channel step in q': [one(PLAIN, 'q', { length: 200, more: { strides: [96, 32, 16, 2] } }), ''],
  'a channel step in k': [one(PLAIN, 'k', { length: 100, more: { strides: [48, 16, 16, 2] } }), ''],
  'reversed tokens': [one(PLAIN, 'q', { more: { strides: reversed(2), offset: 32 } }), ''],
  'reversed tokens, a token later': [
    one(PLAIN, 'q', { length: 112, more: { strides: reversed(2), offset: 48 } }),
    '',
  ],
  'reversed tokens, a token too early': [
    one(PLAIN, 'q', { more: { strides: reversed(2), offset: 16 } }),
    'INVALID_TENSOR q.data',
  ],
  'reversed tokens, an element too early': [
    one(PLAIN, 'q', { more: { strides: reversed(2), offset: 31 } }),
    'INVALID_TENSOR q.data',
  ],
  'reversed tokens of k, a token too early': [
    one(PLAIN, 'k', { more: { strides: reversed(1), offset: 8 } }),
    'INVALID_TENSOR k.data',
  ],
  'reversed tokens of out, a token too early': [
    one(OUT, 'outQ', { more: { strides: reversed(2), offset: 16 } }),
    'INVALID_TENSOR out.q.data',
  ],
  'reversed tokens of out': [one(OUT, 'outQ', { more: { strides: reversed(2), offset: 32 } }), ''],
  'a stride too few': [
    one(PLAIN, 'q', { more: { strides: [16, 8, 1] } }),
    'INVALID_TENSOR q.strides',
  ],
  'tokens on top of each other': [
    one(PLAIN, 'q', { more: { strides: [48, 0, 8, 1] } }),
    'ALIASING q.strides',
  ],
  'repeated tokens, out of place': [one(OUT, 'q', { more: { strides: [48, 0, 8, 1] } }), ''],
  'out on top of itself': [
    one(OUT, 'outK', { more: { strides: [0, 8, 8, 1] } }),
    'ALIASING out.k.strides',
  ],
  // Where it starts, and how much there is.
  'an offset': [one(PLAIN, 'q', { length: 104, more: { offset: 8 } }), ''],
  'an offset in k': [one(PLAIN, 'k', { length: 52, more: { offset: 4 } }), ''],
  'a view further on': [one(PLAIN, 'q', { at: 520 }), ''],
  'an offset beyond the end': [one(PLAIN, 'q', { more: { offset: 1 } }), 'INVALID_TENSOR q.data'],
  'a negative offset': [one(PLAIN, 'q', { more: { offset: -1 } }), 'INVALID_TENSOR q.offset'],
  'half an offset': [one(PLAIN, 'q', { more: { offset: 0.5 } }), 'INVALID_TENSOR q.offset'],
  'a text as offset': [
    one(PLAIN, 'q', { length: 104, more: { offset: '8' as unknown as number } }),
    'INVALID_TENSOR q.offset',
  ],
  'an element too few': [one(PLAIN, 'q', { length: 95 }), 'INVALID_TENSOR q.data'],
  'an element too few in k': [one(PLAIN, 'k', { length: 47 }), 'INVALID_TENSOR k.data'],
  'an element too few in out': [one(OUT, 'outK', { length: 47 }), 'INVALID_TENSOR out.k.data'],
  'q detached': [{ ...PLAIN, before: ({ q }) => transfer(q) }, 'INVALID_TENSOR q.data'],
  // Out of place.
  out: [OUT, ''],
  'out of q alone': [only('q', 'outQ'), ''],
  'out of k alone': [only('k', 'outK'), ''],
  'out under another name': [only('q', 'outK'), 'INVALID_TENSOR out.q'],
  'out of one of two': [only('q', 'k', 'outQ'), 'INVALID_TENSOR out.k'],
  'inverse, out': [{ ...OUT, inverse: true }, ''],
  'out in place': [{ places: { ...BOTH, outQ: Q, outK: K } }, ''],
  'q in place and k out': [{ places: { ...BOTH, outQ: Q, outK: OUT_K } }, ''],
  'k in place and q out': [{ places: { ...BOTH, outQ: OUT_Q, outK: K } }, ''],
  'out with other strides': [one(OUT, 'outQ', { length: 140, more: { strides: rows(2, 24) } }), ''],
  'out of k with other strides': [
    one(OUT, 'outK', { length: 140, more: { strides: rows(1, 24) } }),
    '',
  ],
  'out with other strides, an element too few': [
    one(OUT, 'outQ', { length: 135, more: { strides: rows(2, 24) } }),
    'INVALID_TENSOR out.q.data',
  ],
  'out of k with other strides, an element too few': [
    one(OUT, 'outK', { length: 127, more: { strides: rows(1, 24) } }),
    'INVALID_TENSOR out.k.data',
  ],
  'spaced tokens of q, an element too few': [
    one(PLAIN, 'q', { length: 135, more: { strides: rows(2, 24) } }),
    'INVALID_TENSOR q.data',
  ],
  'out with a channel step': [
    one(OUT, 'outQ', { length: 200, more: { strides: [96, 32, 16, 2] } }),
    '',
  ],
  'out with another layout': [
    one(OUT, 'outQ', { shape: [2, 2, 3, 8], more: { layout: 'bhsd' } }),
    '',
  ],
  'out with other sizes': [one(OUT, 'outQ', { shape: [2, 3, 1, 8] }), 'INVALID_TENSOR out.q'],
  'out of another type': [one(OUT, 'outK', { Type: Float64Array }), 'INVALID_TENSOR out.k'],
  'out nearer by a row': [one(OUT, 'outK', { at: OUT_K.at - 64 }), ''],
  // Who meets whom.
  'k meets its out': [one(OUT, 'outK', { at: K.at + 32 }), 'ALIASING out.k'],
  'k meets its out by one element': [one(OUT, 'outK', { at: K.at + 188 }), 'ALIASING out.k'],
  'k touches its out': [one(OUT, 'outK', { at: K.at + 192 }), ''],
  'k meets its out from behind': [one(OUT, 'outK', { at: K.at - 188 }), 'ALIASING out.k'],
  'q meets its out': [one(OUT, 'outQ', { at: Q.at + 8 }), 'ALIASING out.q'],
  'out of k meets q': [one(OUT, 'outK', { at: Q.at }), 'ALIASING out.k'],
  'out of q meets k': [one(OUT, 'outQ', { at: K.at }), 'ALIASING out.q'],
  'out meets out': [one(OUT, 'outK', { at: OUT_Q.at }), 'ALIASING out.q'],
  'q meets k': [one(PLAIN, 'k', { at: Q.at + 64 }), 'ALIASING q'],
  'q meets k, out of place': [one(OUT, 'k', { at: Q.at + 64 }), ''],
  'q and k in one row': [
    {
      places: {
        q: { ...Q, length: 200, more: { strides: rows(2, 24) } },
        k: { ...K, at: Q.at, length: 200, more: { strides: rows(1, 24), offset: 16 } },
      },
    },
    '',
  ],
  'q and k in one row, by an element too near': [
    {
      places: {
        q: { ...Q, length: 200, more: { strides: rows(2, 24) } },
        k: { ...K, at: Q.at, length: 200, more: { strides: rows(1, 24), offset: 15 } },
      },
    },
    'ALIASING q',
  ],
  // Shared memory.
  shared: [all(PLAIN, { kind: 'shared' }), ''],
  'shared q': [one(PLAIN, 'q', { kind: 'shared' }), ''],
  'shared k': [one(PLAIN, 'k', { kind: 'shared' }), ''],
  'local in and shared out': [
    one(one(OUT, 'outQ', { kind: 'shared' }), 'outK', { kind: 'shared' }),
    '',
  ],
  'shared in and local out': [one(one(OUT, 'q', { kind: 'shared' }), 'k', { kind: 'shared' }), ''],
  'shared out of k': [one(OUT, 'outK', { kind: 'shared' }), ''],
  // Two in one buffer, and the others in the other: nothing else tells that the two meet.
  'shared outs that meet': [shared(OUT, 'outQ', 'outK', OUT_Q.at), 'ALIASING out.q'],
  'shared k and its out': [shared(OUT, 'k', 'outK'), ''],
  'shared k that meets its out': [shared(OUT, 'k', 'outK', K.at + 32), 'ALIASING out.k'],
  'shared q and its out': [shared(OUT, 'q', 'outQ'), ''],
  'shared q that meets its out': [shared(OUT, 'q', 'outQ', Q.at + 8), 'ALIASING out.q'],
  'shared k and out of q': [shared(OUT, 'k', 'outQ'), ''],
  'shared k that meets out of q': [shared(OUT, 'k', 'outQ', K.at), 'ALIASING out.q'],
  'shared q and out of k': [shared(OUT, 'q', 'outK'), ''],
  'shared q that meets out of k': [shared(OUT, 'q', 'outK', Q.at), 'ALIASING out.k'],
  // Positions.
  'another position': [{ ...PLAIN, positions: 6 }, ''],
  'the position before zero': [{ ...PLAIN, positions: -5 }, ''],
  'half a position': [{ ...PLAIN, positions: 5.5 }, ''],
  'a bigint': [{ ...PLAIN, positions: 5n }, ''],
  'ids of tokens': [{ ...PLAIN, positions: [9, 1, 4] }, ''],
  'ids of every entry': [{ ...PLAIN, positions: [9, 1, 4, 3, 3, 7] }, ''],
  'ids of another size': [{ ...PLAIN, positions: [9, 1] }, 'INVALID_POSITIONS positions'],
  offsets: [{ ...PLAIN, positions: { offsets: [3, 8] } }, ''],
  'no position': [{ ...PLAIN, positions: Number.NaN }, 'INVALID_POSITIONS positions'],
  'a stated length': [{ ...PLAIN, length: 40 }, ''],
}

/**
 * The same of q alone, and of q with an output in the other buffer: how two arrays of one buffer lie
 * to each other is remembered too, and would hide what else is.
 */
const APART: Readonly<Record<string, readonly [Call, string]>> = Object.fromEntries(
  Object.entries(CALLS).flatMap(([name, [call, refusal]]) => {
    const { q, outQ } = call.places
    if (q === undefined || q === Q || q.kind !== undefined || outQ !== undefined) return []
    if (refusal !== '' && !refusal.includes(' q.')) return []
    const alone = { ...call, places: { q } }
    const out = { ...q, kind: 'shared' } as const
    const into = (source: Place, target: Place): Call => ({
      ...call,
      places: { q: source, outQ: target },
    })
    const dense = { ...Q, shape: q.shape, more: layoutOf(q) }
    const isInPlaceOnly = refusal.startsWith('ALIASING')
    const isOfMemory = refusal === '' || / q\.(data|strides|offset)$/.test(refusal)
    const isPlain = q.Type === undefined && q.more?.dtype === undefined
    return [
      [`${name}: q alone`, [alone, refusal]] as const,
      ...(isOfMemory && isPlain
        ? ([
            [
              `${name}: into the other buffer`,
              [into(q, { ...dense, kind: 'shared' }), isInPlaceOnly ? '' : refusal],
            ],
            [`${name}: out of the other buffer`, [into(dense, out), outOf(refusal)]],
          ] as const)
        : []),
    ]
  }),
)

function layoutOf({ more }: Place): { layout?: Layout } {
  return more?.layout === undefined || !(more.layout in { bhsd: 1, sbhd: 1, flat: 1 })
    ? {}
    : { layout: more.layout }
}

/** The refusal of an output for what is wrong with q. */
function outOf(refusal: string): string {
  return refusal.replace(' q.', ' out.q.')
}

const NAMES = Object.keys(CALLS)
const ALONE = Object.keys(APART)
const callOf = (name: string): Call => ((CALLS[name] ?? APART[name]) as readonly [Call, string])[0]

function tensorOf(arena: Arena, place: Place): Tensor {
  const { shape, at, kind = 'local', Type = Float32Array, more } = place
  const size = shape.reduce((product, axis) => product * Number(axis), 1)
  return { data: new Type(arena.buffers[kind], at, place.length ?? size), shape, ...more }
}

interface Made {
  readonly arena: Arena
  readonly tensors: RotateTensors
  readonly byName: Partial<Record<Name, Tensor>>
}

/** The call's own memory, and its tensors over it. */
function make({ places, inverse, before }: Call): Made {
  const arena = new Arena()
  const byName: Partial<Record<Name, Tensor>> = {}
  for (const [name, place] of Object.entries(places)) {
    byName[name as Name] = tensorOf(arena, place)
  }
  const { q, k, outQ, outK } = byName
  const out = { ...(outQ && { q: outQ }), ...(outK && { k: outK }) }
  before?.(byName)
  const tensors = {
    ...(q && { q }),
    ...(k && { k }),
    ...(outQ || outK ? { out } : {}),
    ...(inverse === undefined ? {} : { inverse: inverse as boolean }),
  }
  return { arena, tensors, byName }
}

/** How a call ends: the refusal, or '', and all bytes of its memory. */
interface Ending {
  readonly refusal: string
  readonly bytes: Buffer
}

function endingOf(arena: Arena, run: () => void): Ending {
  let refusal = ''
  try {
    run()
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    refusal = `${error.code} ${error.field}`
  }
  return { refusal, bytes: arena.bytes() }
}

function rotate(rope: Rope, call: Call, { arena, tensors } = make(call)): Ending {
  const { positions = 5, length } = call
  return endingOf(arena, () =>
    rope.rotate({ ...tensors, positions, ...(length === undefined ? {} : { length }) }),
  )
}

function stepRotate(step: RopeStep, call: Call): Ending {
  const { arena, tensors } = make(call)
  return endingOf(arena, () => step.rotate(tensors))
}

const fresh = (config: RopeOptions = CONFIG, backend = createNaiveBackend()): Rope =>
  createRope(config, { backend, layout: 'bshd' })

/** Names of the calls whose ending on `used` differs from that on a fresh one. */
function differing(
  endings: ReadonlyMap<string, Ending>,
  use: (first: string, second: string) => Ending,
  names: readonly string[] = NAMES,
): string[] {
  const found: string[] = []
  for (const first of names) {
    for (const second of names) {
      const wanted = endings.get(second) as Ending
      const got = use(first, second)
      if (got.refusal !== wanted.refusal) {
        found.push(`${first}, then ${second}: ${got.refusal} for ${wanted.refusal}`)
      } else if (!got.bytes.equals(wanted.bytes))
        found.push(`${first}, then ${second}: other bytes`)
    }
  }
  return found
}

const endings = new Map([...NAMES, ...ALONE].map((name) => [name, rotate(fresh(), callOf(name))]))

describe('each call by itself', () => {
  const all = { ...CALLS, ...APART }
  test.each(Object.keys(all))('%s: as stated, with the right numbers, and no more', (name) => {
    const [call, refusal] = all[name] as readonly [Call, string]
    const before = make(call)
    const after = make(call)
    const ending = rotate(fresh(), call, after)
    expect(ending.refusal).toBe(refusal)
    expect(ending.bytes.equals((endings.get(name) as Ending).bytes)).toBe(true)
    if (refusal === '') expectRotated(call, before, after)
    else expect(ending.bytes.equals(before.arena.bytes())).toBe(true)
  })
})

describe('of two calls the second is as if it were the first', () => {
  const onOneRope = (first: string, second: string): Ending => {
    const rope = fresh()
    rotate(rope, callOf(first))
    return rotate(rope, callOf(second))
  }

  test('on one rope', () => {
    expect(differing(endings, onOneRope)).toEqual([])
  })

  test('on one rope, of one tensor', () => {
    expect(differing(endings, onOneRope, ALONE)).toEqual([])
  })

  test('on one step', () => {
    const positions = [4, 2, 9]
    const single = new Map(
      NAMES.map((name) => [name, stepRotate(fresh().at(positions), callOf(name))]),
    )
    const use = (first: string, second: string): Ending => {
      const step = fresh().at(positions)
      stepRotate(step, callOf(first))
      return stepRotate(step, callOf(second))
    }
    expect(differing(single, use)).toEqual([])
  })

  test('on one step with ids for every batch entry', () => {
    const positions = [4, 2, 9, 7, 7, 1]
    const step = (): RopeStep => fresh().at(positions)
    const single = new Map(NAMES.map((name) => [name, stepRotate(step(), callOf(name))]))
    expect(single.get('sizes in another order')?.refusal).toBe('')
    expect(single.get('no tokens')?.refusal).toBe('INVALID_POSITIONS positions')
    const use = (first: string, second: string): Ending => {
      const own = step()
      stepRotate(own, callOf(first))
      return stepRotate(own, callOf(second))
    }
    expect(
      differing(
        single,
        use,
        NAMES.filter((_, i) => i % 2 === 0),
      ),
    ).toEqual([])
  })

  test('with the same objects, whose properties have changed', () => {
    const use = (first: string, second: string): Ending => {
      const rope = fresh()
      const a = make(callOf(first))
      rotate(rope, callOf(first), a)
      const b = make(callOf(second))
      for (const name of ['q', 'k', 'outQ', 'outK'] as const) reuse(a.byName[name], b.byName[name])
      return rotate(rope, callOf(second), { ...b, tensors: withObjects(a, b) })
    }
    expect(differing(endings, use)).toEqual([])
  })

  test('over one backend, of another rope', () => {
    const backend = createNaiveBackend()
    const interleaved: RopeOptions = { ...CONFIG, pairing: 'interleaved', windowOffset: 0 }
    const single = new Map(NAMES.map((name) => [name, rotate(fresh(interleaved), callOf(name))]))
    const use = (first: string, second: string): Ending => {
      rotate(fresh(CONFIG, backend), callOf(first))
      return rotate(fresh(interleaved, backend), callOf(second))
    }
    expect(differing(single, use, NAMES.slice(0, 40))).toEqual([])
  })

  test.each<[string, RopeOptions['schedule']]>([
    ['dynamic', { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 8 }],
  ])('where the table is not always the same: %s', (_, schedule) => {
    const config = { ...CONFIG, schedule }
    const single = new Map(NAMES.map((name) => [name, rotate(fresh(config), callOf(name))]))
    expect(single.get('plain')?.bytes).not.toEqual(single.get('another position')?.bytes)
    const use = (first: string, second: string): Ending => {
      const rope = fresh(config)
      rotate(rope, callOf(first))
      return rotate(rope, callOf(second))
    }
    expect(
      differing(
        single,
        use,
        NAMES.filter((_, i) => i % 3 === 0 || i > 90),
      ),
    ).toEqual([])
  })

  test('and so is each of a long line of calls', () => {
    const line = fc.array(fc.constantFrom(...NAMES), { minLength: 12, maxLength: 40 })
    fc.assert(
      fc.property(line, (names) => {
        const rope = fresh()
        for (const name of names) {
          const [got, wanted] = [rotate(rope, callOf(name)), endings.get(name) as Ending]
          expect([got.refusal, got.bytes.equals(wanted.bytes)]).toEqual([wanted.refusal, true])
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Gives an object the properties of another; what is not there goes. */
function reuse(object: Tensor | undefined, like: Tensor | undefined): void {
  if (object === undefined || like === undefined) return
  for (const key of Object.keys(object)) Reflect.deleteProperty(object, key)
  Object.assign(object, like)
}

function withObjects(a: Made, b: Made): RotateTensors {
  const pick = (name: Name): Tensor | undefined =>
    b.byName[name] && (a.byName[name] ?? b.byName[name])
  const [q, k, outQ, outK] = [pick('q'), pick('k'), pick('outQ'), pick('outK')]
  const out = { ...(outQ && { q: outQ }), ...(outK && { k: outK }) }
  return { ...b.tensors, ...(q && { q }), ...(k && { k }), ...(outQ || outK ? { out } : {}) }
}

/** The axes of each layout in words of their own: where token t of entry b and head h begins. */
function indexOf({ shape, strides, layout = 'bshd', offset = 0 }: Tensor) {
  const order = layout === 'flat' ? 'bsx' : layout
  const dense = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const step = (axis: string): number => (strides ?? dense)[order.indexOf(axis)] ?? 0
  const size = (axis: string): number => shape[order.indexOf(axis)] ?? 0
  const isFlat = layout === 'flat'
  return {
    batch: size('b'),
    tokens: size('s'),
    heads: isFlat ? size('x') / HEAD_DIM : size('h'),
    at: (b: number, t: number, h: number, c: number): number =>
      offset +
      b * step('b') +
      t * step('s') +
      (isFlat ? h * HEAD_DIM + c : h * step('h') + c * step('d')),
  }
}

function positionOf(positions: Positions, b: number, t: number, tokens: number): number {
  if (Array.isArray(positions)) return Number(positions[(b * tokens + t) % positions.length])
  if (typeof positions === 'object' && 'offsets' in positions) {
    return Number(positions.offsets[b]) + t
  }
  return Number(positions) + t
}

/** Relative error that one rotation may have in each type. */
const TOLERANCE = { 8: 2 ** -45, 4: 2 ** -21, 2: 2 ** -6 } as const

function numberAt({ data, dtype }: Tensor, at: number): number {
  const raw = (data as Data)[at] as number
  if (!(data instanceof Uint16Array)) return raw
  if (dtype === 'bfloat16') return new Float32Array(Uint32Array.of(raw << 16).buffer)[0] as number
  // Between 1 and 2, and what a rotation makes of that: normal numbers and zeros.
  const sign = raw & 0x8000 ? -1 : 1
  const exponent = (raw >> 10) & 31
  const fraction = raw & 1023
  return (
    sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  )
}

/** The whole call by the formula, element by element; every other byte is as it was. */
function expectRotated(call: Call, before: Made, after: Made): void {
  const { positions = 5, inverse } = call
  const touched = { local: new Set<number>(), shared: new Set<number>() }
  for (const [name, outName] of [
    ['q', 'outQ'],
    ['k', 'outK'],
  ] as const) {
    const [from, to] = [before.byName[name], after.byName[outName] ?? after.byName[name]]
    if (from === undefined || to === undefined) continue
    const place = call.places[outName] ?? call.places[name]
    const kind = place?.kind ?? 'local'
    const bytes = (to.data as Data).BYTES_PER_ELEMENT as 2 | 4 | 8
    const [source, target] = [indexOf(from), indexOf(to)]
    for (let b = 0; b < source.batch; b++) {
      for (let t = 0; t < source.tokens; t++) {
        const position = positionOf(positions, b, t, source.tokens)
        for (let h = 0; h < source.heads; h++) {
          for (let c = 0; c < HEAD_DIM; c++) {
            const at = target.at(b, t, h, c)
            for (let i = 0; i < bytes; i++) {
              touched[kind].add((to.data as Data).byteOffset + at * bytes + i)
            }
            const pair = (c - OFFSET) % PAIRS
            const isFirst = c - OFFSET < PAIRS
            const isInside = c >= OFFSET && c < OFFSET + 2 * PAIRS
            const own = numberAt(from, source.at(b, t, h, c))
            const got = numberAt(to, at)
            if (!isInside) {
              expect(got).toBe(own)
              continue
            }
            const other = numberAt(from, source.at(b, t, h, isFirst ? c + PAIRS : c - PAIRS))
            const angle = (inverse === true ? -1 : 1) * position * (FREQUENCIES[pair] as number)
            const wanted = own * Math.cos(angle) + (isFirst ? -1 : 1) * other * Math.sin(angle)
            const error = Math.abs(got - wanted) / Math.hypot(own, other)
            expect(error, `${name} ${b} ${t} ${h} ${c}`).toBeLessThan(TOLERANCE[bytes])
          }
        }
      }
    }
  }
  for (const kind of ['local', 'shared'] as const) {
    const [was, is] = [before, after].map(({ arena }) => new Uint8Array(arena.buffers[kind]))
    const changed = Array.from(is ?? []).flatMap((byte, at) =>
      byte === was?.[at] || touched[kind].has(at) ? [] : [at],
    )
    expect(changed).toEqual([])
  }
}
