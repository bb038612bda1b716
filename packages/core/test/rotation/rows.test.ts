/**
 * Rows that are kept: a step, a rope at one number and a bound step, used for calls of every size,
 * element type and operand in turn. The second of two calls ends exactly as on a fresh one, be that
 * with numbers or with a refusal.
 */
import { describe, expect, test } from 'vitest'
import type { RopeOptions } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import type { RotateTensors } from '../../src/plan/plan.js'
import type { Positions } from '../../src/positions/forms.js'
import { createRope, type Rope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const HEAD_DIM = 4

interface Call {
  readonly batch: number
  readonly tokens: number
  readonly Type: typeof Float32Array | typeof Float64Array
  readonly names: readonly ('q' | 'k')[]
}

/** Batch entries and tokens. */
const SIZES: readonly string[] = [
  ...['1 x 1', '1 x 2', '1 x 3', '1 x 4', '1 x 6', '2 x 1', '2 x 2', '2 x 3'],
  ...['3 x 1', '3 x 2', '4 x 1', '6 x 1', '0 x 3', '2 x 0'],
]

const TYPES = [Float32Array, Float64Array] as const
const NAMES = [['q'], ['k'], ['q', 'k']] as const

const CALLS: readonly Call[] = SIZES.flatMap((size, at) => {
  const [batch = 0, tokens = 0] = size.split(' x ').map(Number)
  // Every size with one operand in float32, and some with the others.
  const operands = NAMES.filter((_, which) => which === 0 || at % 3 === which)
  return TYPES.slice(0, 1 + (at % 2)).flatMap((Type) =>
    operands.map((names) => ({ batch, tokens, Type, names })),
  )
})

interface Data {
  readonly data: Float32Array | Float64Array
  readonly shape: readonly number[]
}

function tensorsOf({ batch, tokens, Type, names }: Call): Partial<Record<'q' | 'k', Data>> {
  const data = (): Float32Array | Float64Array =>
    new Type(Array.from({ length: batch * tokens * HEAD_DIM }, (_, i) => Math.sin(i + 1) + 2))
  const shape = [batch, tokens, 1, HEAD_DIM]
  return Object.fromEntries(names.map((name) => [name, { data: data(), shape }]))
}

function ending(call: Call, run: (tensors: RotateTensors) => void): string {
  const tensors = tensorsOf(call)
  return endingOf(call, tensors, () => run(tensors))
}

function endingOf(call: Call, tensors: ReturnType<typeof tensorsOf>, run: () => void): string {
  try {
    run()
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return `${error.code} ${error.field}`
  }
  return call.names.map((name) => [...(tensors[name]?.data ?? [])].join()).join(' and ')
}

const make = (schedule: RopeOptions['schedule']): Rope =>
  createRope(
    { headDim: HEAD_DIM, pairing: 'half', schedule },
    { backend: createNaiveBackend(), layout: 'bshd' },
  )

const SCHEDULES: Readonly<Record<string, RopeOptions['schedule']>> = {
  default: { type: 'default', base: 100 },
  yarn: { type: 'yarn', base: 100, factor: 4, originalMaxPositionEmbeddings: 8 },
  dynamic: { type: 'dynamic', base: 100, factor: 2, maxPositionEmbeddings: 4 },
}

const POSITIONS: Readonly<Record<string, Positions>> = {
  'a start': 3,
  'two ids': [7, 2],
  'three ids': [7, 2, 9],
  'four ids': [4, 0, 8, 1],
  'six ids': [4, 0, 8, 1, 5, 3],
  'two offsets': { offsets: [1, 0] },
  'three offsets': { offsets: [1, 0, 1] },
  'packed tokens': { sequenceLengths: [2, 1] },
}

const describeCall = ({ batch, tokens, Type, names }: Call): string =>
  `${names.join('')} ${batch} x ${tokens} ${Type.name}`

describe.each(Object.entries(SCHEDULES))('%s', (_, schedule) => {
  test.each(Object.entries(POSITIONS))('a step at %s', (__, positions) => {
    const fresh = CALLS.map((call) => ending(call, (t) => make(schedule).at(positions).rotate(t)))
    const found: string[] = []
    const rope = make(schedule)
    CALLS.forEach((first) => {
      CALLS.forEach((second, i) => {
        const step = rope.at(positions)
        ending(first, (tensors) => step.rotate(tensors))
        const got = ending(second, (tensors) => step.rotate(tensors))
        if (got !== fresh[i]) found.push(`${describeCall(first)}, then ${describeCall(second)}`)
      })
    })
    expect(found).toEqual([])
    expect(fresh.filter((end) => /\d\.\d/.test(end)).length).toBeGreaterThan(1)
  })

  test('a rope at numbers that repeat, with lengths and without', () => {
    const places = [
      ...[{ positions: 3 }, { positions: 4 }, { positions: 3, length: 20 }],
      ...[
        { positions: 3, length: 5 },
        { positions: 3, length: 40 },
      ],
    ]
    const calls = CALLS.filter(({ tokens, batch }) => tokens * batch <= 3)
    const uses = places.flatMap((place) => calls.map((call) => ({ place, call })))
    const run = (rope: Rope, { place, call }: (typeof uses)[number]): string =>
      ending(call, (tensors) => rope.rotate({ ...tensors, ...place }))
    const fresh = uses.map((use) => run(make(schedule), use))
    const rope = make(schedule)
    const found: string[] = []
    // A step that shares no factor with their number meets all of them, in an order of its own.
    for (const step of [1, 7, 11, 13]) {
      for (let i = 0, at = 0; i < uses.length; i++, at = (at + step) % uses.length) {
        const use = uses[at] as (typeof uses)[number]
        if (run(rope, use) !== fresh[at]) found.push(`${describeCall(use.call)} by ${step}`)
      }
    }
    expect(found).toEqual([])
  })

  test('a bound step at any position, those before zero included', () => {
    const rope = make(schedule)
    for (const call of CALLS) {
      for (const length of [undefined, 3, 50]) {
        const options = length === undefined ? {} : { length }
        const tensors = tensorsOf(call)
        const before = call.names.map((name) => tensors[name]?.data.slice())
        const bound = rope.bind(tensors, options)
        for (const position of [0, 3, 3, 30, -1, -7, 2.5, 3]) {
          call.names.forEach((name, i) => {
            tensors[name]?.data.set(before[i] ?? [])
          })
          const got = endingOf(call, tensors, () => bound.rotate(position))
          const wanted = ending(call, (t) =>
            make(schedule).rotate({ ...t, positions: position, ...options }),
          )
          expect(got, `${describeCall(call)} at ${position}`).toBe(wanted)
        }
      }
    }
  })
})
