/**
 * A rope whose table depends on the length of the sequence, or whose rows are more than rotations:
 * which table each call takes, what is cached, what is refused.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, type RopeOptions } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import type { Positions } from '../../src/positions/forms.js'
import { createRope, type LengthOptions, type Rope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const HEAD_DIM = 8
const PAIRS = HEAD_DIM / 2

function make(options: Partial<RopeOptions>): Rope {
  const config = { headDim: HEAD_DIM, pairing: 'half', ...options } as RopeOptions
  return createRope(config, { backend: createNaiveBackend(), layout: 'bshd' })
}

/** Rotates pairs (1, 0), which become (A cos, A sin): the angles come back in full. */
function unitPairs(tokens: number, batch = 1) {
  const data = new Float64Array(batch * tokens * HEAD_DIM)
  for (let row = 0; row < batch * tokens; row++) {
    data.fill(1, row * HEAD_DIM, row * HEAD_DIM + PAIRS)
  }
  return { data, shape: [batch, tokens, 1, HEAD_DIM], dtype: 'float64' } as const
}

function anglesOf(
  rope: Rope,
  positions: Positions,
  tokens = 1,
  options: LengthOptions = {},
): readonly number[] {
  const q = unitPairs(tokens)
  rope.rotate({ q, positions, ...options })
  const row = [...q.data.slice((tokens - 1) * HEAD_DIM)]
  return Array.from({ length: PAIRS }, (_, i) =>
    Math.atan2(row[i + PAIRS] as number, row[i] as number),
  )
}

function expectAngles(
  angles: readonly number[],
  position: number,
  rope: Rope,
  length: number,
): void {
  const { inverseFrequencies } = computeFrequencies(rope.config, length)
  angles.forEach((angle, i) => {
    const expected = position * (inverseFrequencies[i] as number)
    const turns = (angle - expected) / (2 * Math.PI)
    expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-12)
  })
}

const DYNAMIC = {
  schedule: { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 16 },
} as const
const LONG = {
  schedule: {
    type: 'longrope',
    base: 1e4,
    shortFactor: [1, 1, 1, 1],
    longFactor: [1, 2, 3, 4],
    originalMaxPositionEmbeddings: 16,
    shortMscale: 1.5,
    longMscale: 2,
  },
} as const

describe.each([
  ['dynamic NTK', DYNAMIC],
  ['LongRoPE', LONG],
])('%s', (_name, options) => {
  test('the largest position plus one decides', () => {
    const rope = make(options)
    expectAngles(anglesOf(rope, 15), 15, rope, 16)
    expectAngles(anglesOf(rope, 16), 16, rope, 17)
    expectAngles(anglesOf(rope, 10, 20), 29, rope, 30)
    expectAngles(anglesOf(rope, [40, 3], 2), 3, rope, 41)
    expectAngles(anglesOf(rope, 3), 3, rope, 4)
  })

  test('a stated length decides instead', () => {
    const rope = make(options)
    expectAngles(anglesOf(rope, 3, 1, { length: 100 }), 3, rope, 100)
    expectAngles(anglesOf(rope, 3), 3, rope, 4)
    expectAngles(anglesOf(rope, 50, 1, { length: 51 }), 50, rope, 51)
  })

  test('at() and bind() take a length, and follow the position without one', () => {
    const rope = make(options)
    for (const [length, inForce] of [
      [undefined, 31],
      [64, 64],
      [31, 31],
    ] as const) {
      const q = unitPairs(1)
      rope.at(30, length === undefined ? {} : { length }).rotate({ q })
      const bound = unitPairs(1)
      rope.bind({ q: bound }, length === undefined ? {} : { length }).rotate(30)
      const expected = unitPairs(1)
      rope.rotate({ q: expected, positions: 30, length: inForce })
      expect(q.data).toEqual(expected.data)
      expect(bound.data).toEqual(expected.data)
    }
  })

  test('regimeFor is a tag that tells tables apart', () => {
    const rope = make(options)
    expect(rope.regimeFor(3)).toBe(rope.regimeFor(16))
    expect(rope.regimeFor(16)).not.toBe(rope.regimeFor(17))
  })

  test('a shift needs the length of the keys', () => {
    const rope = make(options)
    expect(() => rope.shift(unitPairs(1), 3)).toThrow(/^length is missing/)
    const k = unitPairs(1)
    rope.rotate({ k, positions: 30 })
    rope.shift(k, -10, { length: 31 })
    const expected = unitPairs(1)
    rope.rotate({ k: expected, positions: 20, length: 31 })
    k.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i] as number, 13))
  })

  test('a length is a number of tokens', () => {
    const rope = make(options)
    for (const length of [-1, Number.NaN, '3']) {
      const q = unitPairs(1)
      expect(() => rope.rotate({ q, positions: 3, length: length as number })).toThrow(/^length is/)
      expect(q.data).toEqual(unitPairs(1).data)
    }
  })
})

test('LongRoPE: each table has its own attention factor', () => {
  const rope = make(LONG)
  const norm = (positions: number): number => {
    const q = unitPairs(1)
    rope.rotate({ q, positions })
    return Math.hypot(q.data[0] as number, q.data[PAIRS] as number)
  }
  expect(norm(15)).toBeCloseTo(1.5, 14)
  expect(norm(16)).toBeCloseTo(2, 14)
})

test('several axes: the largest position of all decides', () => {
  const rope = make({ ...LONG, axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 0, 1] } })
  expectAngles(anglesOf(rope, { axes: [3, 3] }), 3, rope, 4)
  const q = unitPairs(1)
  rope.rotate({ q, positions: { axes: [3, 16] } })
  expect(Math.hypot(q.data[0] as number, q.data[PAIRS] as number)).toBeCloseTo(2, 14)
})

test('padding does not make a sequence longer', () => {
  const rope = make(LONG)
  const q = unitPairs(40)
  rope.rotate({ q, positions: { sequenceLengths: [10], paddedLengths: [40] } })
  expect(Math.hypot(q.data[0] as number, q.data[PAIRS] as number)).toBeCloseTo(1.5, 14)
})

describe('FoPE', () => {
  const fope = (restSin: 0 | 1): Rope =>
    make({
      schedule: {
        type: 'fope',
        base: 1e4,
        cosCoefficients: [
          [1, 0.5, 0],
          [0.25, 1, 2],
        ],
        sinCoefficients: [
          [1, 0, 0],
          [0, 1, -1],
        ],
        restSin,
      },
    })

  test('rows are the mixed rows of the kept frequencies; what is left over passes', () => {
    const q = unitPairs(1)
    fope(0).rotate({ q, positions: 3 })
    const [c0, s0, c1, s1] = [Math.cos(3), Math.sin(3), Math.cos(0.3), Math.sin(0.3)]
    const expected = [c0 + 0.25 * c1, 0.5 * c0 + c1, 2 * c1, 1, s0, s1, -s1, 0]
    expected.forEach((value, i) => expect(q.data[i]).toBeCloseTo(value, 14))
    const published = unitPairs(1)
    fope(1).rotate({ q: published, positions: 3 })
    expect(published.data[7]).toBe(1)
  })

  test('a bound call makes the same rows', () => {
    const q = unitPairs(1)
    const bound = unitPairs(1)
    fope(0).rotate({ q, positions: 70 })
    fope(0).bind({ q: bound }).rotate(70)
    expect(bound.data).toEqual(q.data)
  })

  test('keys cannot be moved', () => {
    for (const move of [
      (rope: Rope) => rope.shift(unitPairs(1), 1),
      (rope: Rope) => rope.rerope(unitPairs(1), { positions: 0 }, { positions: 1 }),
    ]) {
      try {
        move(fope(0))
        expect.unreachable('nothing was thrown')
      } catch (error) {
        if (!RopeError.isInstance(error)) throw error
        expect(error.code).toBe('UNSUPPORTED')
      }
    }
  })
})
