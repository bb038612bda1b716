/**
 * Gradients against central finite differences of a scalar loss, in float64: of the input (the
 * rotation back), positions, frequencies, axis weights and the attention factor.
 */
import { describe, expect, test } from 'vitest'
import { type RopeOptions, resolveConfig } from '../../src/config/config.js'
import { rotationGradients } from '../../src/gradients/rotation-gradients.js'
import type { Layout } from '../../src/plan/tensor.js'
import type { Positions } from '../../src/positions/forms.js'
import { createRope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const [BATCH, TOKENS, HEADS, HEAD_DIM] = [2, 3, 2, 10]
const SIZE = BATCH * TOKENS * HEADS * HEAD_DIM
const layout: Layout = 'bshd'
const wave = (seed: number) =>
  Float64Array.from({ length: SIZE }, (_, i) => Math.sin(seed + i * 1.3))
const tensor = (data: Float64Array) => ({ data, shape: [BATCH, TOKENS, HEADS, HEAD_DIM] })

function forward(options: RopeOptions, positions: Positions, input: Float64Array): Float64Array {
  const q = tensor(input.slice())
  createRope(options, { backend: createNaiveBackend(), layout }).rotate({ q, positions })
  return q.data
}

/** The loss is the sum of outputs times fixed numbers, which are then its gradient. */
const upstream = wave(0.5)
const loss = (options: RopeOptions, positions: Positions, input: Float64Array): number =>
  forward(options, positions, input).reduce((sum, v, i) => sum + v * (upstream[i] as number), 0)

/** Error of a central difference: the third derivative times step^2, and rounding over step. */
const STEP = 1e-5
const slope = (at: (change: number) => number): number => (at(STEP) - at(-STEP)) / (2 * STEP)
const near = (value: number, expected: number): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(expected)))

const FREQUENCIES = [1, 0.3, 0.05, 2]
const base = (more: object = {}): RopeOptions =>
  ({
    headDim: HEAD_DIM,
    rotaryDim: 8,
    windowOffset: 1,
    pairing: 'interleaved',
    schedule: { type: 'custom', inverseFrequencies: FREQUENCIES, attentionFactor: 1.25 },
    ...more,
  }) as RopeOptions

const CASES: readonly (readonly [string, RopeOptions, readonly Float64Array[]])[] = [
  ['one axis, shared positions', base(), [Float64Array.of(2, -1, 5.5)]],
  [
    'half, one axis, positions per batch entry',
    base({ pairing: 'half' }),
    [Float64Array.of(2, 3, 4, 9, -2, 0.5)],
  ],
  [
    'one-hot axes',
    base({ axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 1, 0] } }),
    [Float64Array.of(2, 3, 4), Float64Array.of(-1, 0, 6)],
  ],
  [
    'dense axes',
    base({
      axes: {
        kind: 'dense',
        weights: [
          [1, 0.5, -2, 0],
          [0.25, 1, 1, 3],
        ],
      },
    }),
    [Float64Array.of(2, 3, 4), Float64Array.of(-1, 0, 6)],
  ],
]

describe.each(CASES)('%s', (_name, options, ids) => {
  const positions: Positions = { axes: ids }
  const input = wave(2)
  const gradients = rotationGradients(resolveConfig(options), {
    output: tensor(forward(options, positions, input)),
    gradient: tensor(upstream),
    positions,
    layout,
  })

  test('input: the rotation back', () => {
    const q = tensor(upstream.slice())
    createRope(options, { backend: createNaiveBackend(), layout }).rotate({
      q,
      positions,
      inverse: true,
    })
    for (let i = 0; i < SIZE; i += 7) {
      const changed = (change: number): Float64Array =>
        input.map((value, at) => (at === i ? value + change : value))
      near(
        q.data[i] as number,
        slope((change) => loss(options, positions, changed(change))),
      )
    }
  })

  test('positions', () => {
    ids.forEach((axis, a) => {
      axis.forEach((_, row) => {
        const moved = (change: number): Positions => ({
          axes: ids.map((values, other) =>
            values.map((value, at) => (other === a && at === row ? value + change : value)),
          ),
        })
        const expected = slope((change) => loss(options, moved(change), input))
        near(gradients.positions[a]?.[row] as number, expected)
      })
    })
  })

  test('frequencies', () => {
    FREQUENCIES.forEach((_, i) => {
      const changed = (change: number): RopeOptions => ({
        ...options,
        schedule: {
          type: 'custom',
          inverseFrequencies: FREQUENCIES.map((value, at) => (at === i ? value + change : value)),
          attentionFactor: 1.25,
        },
      })
      const expected = slope((change) => loss(changed(change), positions, input))
      near(gradients.frequencies[i] as number, expected)
    })
  })

  test('axis weights', () => {
    const rows = ids.map((_, a) =>
      FREQUENCIES.map((__, i) => {
        const axes = options.axes ?? null
        if (axes === null) return 1
        return axes.kind === 'dense'
          ? (axes.weights[a]?.[i] as number)
          : Number(axes.axisOfPair[i] === a)
      }),
    )
    rows.forEach((row, a) => {
      row.forEach((_, i) => {
        const changed = (change: number): RopeOptions => ({
          ...options,
          axes: {
            kind: 'dense',
            weights: rows.map((values, other) =>
              values.map((value, at) => (other === a && at === i ? value + change : value)),
            ),
          },
        })
        const expected = slope((change) => loss(changed(change), positions, input))
        near(gradients.weights[a]?.[i] as number, expected)
      })
    })
  })

  test('attention factor', () => {
    const changed = (change: number): RopeOptions => ({
      ...options,
      schedule: {
        type: 'custom',
        inverseFrequencies: FREQUENCIES,
        attentionFactor: 1.25 + change,
      },
    })
    const outside = (i: number): boolean => [0, HEAD_DIM - 1].includes(i % HEAD_DIM)
    const rotating = input.map((value, i) => (outside(i) ? 0 : value))
    const expected = slope((change) => loss(changed(change), positions, rotating))
    near(gradients.attentionFactor, expected)
  })
})

test('half precision is read as it is', () => {
  const config = resolveConfig({
    headDim: 2,
    pairing: 'half',
    schedule: { type: 'custom', inverseFrequencies: [0.5] },
  })
  const half = (data: Uint16Array) =>
    ({ data, shape: [1, 1, 1, 2], dtype: 'float16', layout }) as const
  const { positions, frequencies } = rotationGradients(config, {
    output: half(Uint16Array.of(0x3c00, 0x4000)), // 1, 2
    gradient: half(Uint16Array.of(0x4200, 0x4400)), // 3, 4
    positions: 8,
  })
  expect([...(positions[0] ?? [])]).toEqual([(4 * 1 - 3 * 2) * 0.5])
  expect([...frequencies]).toEqual([(4 * 1 - 3 * 2) * 8])
})

test('a length is a number or a BigInt', () => {
  const schedule = { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 4 } as const
  const config = resolveConfig({ headDim: 4, pairing: 'half', schedule })
  const one = () => ({ data: Float64Array.of(1, 2, 3, 4), shape: [1, 1, 1, 4], layout }) as const
  const of = (length: number | bigint) =>
    rotationGradients(config, { output: one(), gradient: one(), positions: 2, length })
  expect(of(16n)).toEqual(of(16))
})

test('refusals', () => {
  const data = new Float64Array(4)
  const one = { data, shape: [1, 1, 1, 4], layout }
  const config = (type: string, more: object = {}) =>
    resolveConfig({ headDim: 4, pairing: 'half', schedule: { type, base: 1e4, ...more } as never })
  const input = { output: one, gradient: { ...one, data: new Float64Array(4) }, positions: 1 }
  expect(() => rotationGradients(config('xpos', { tensor: 'q' }), input)).toThrow(
    /does more to rows/,
  )
  const short = { ...one, data: new Float64Array(3) }
  expect(() => rotationGradients(config('default'), { ...input, gradient: short })).toThrow(/has 3/)
  const wide = { ...one, data: new Float64Array(8), shape: [1, 2, 1, 4] }
  expect(() => rotationGradients(config('default'), { ...input, gradient: wide })).toThrow(/tokens/)
})
