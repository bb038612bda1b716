/**
 * The truth: worked examples to every printed digit, then the properties that make RoPE what it
 * is, at positions where only exact angles can show them.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RopeConfig } from '../../src/config/config.js'
import type { PairingName } from '../../src/contract/pairing.js'
import { dot, reorderChannels, rotateByElements, truthRotate } from '../../src/reference/index.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'

function config(headDim: number, pairing: PairingName, rest: Partial<RopeConfig> = {}): RopeConfig {
  return {
    headDim,
    pairing,
    schedule: { type: 'default', base: 10000 },
    rotaryDim: headDim,
    windowOffset: 0,
    axes: null,
    angles: 'exact',
    ...rest,
  }
}

/** One head of one token. */
function rotateHead(
  x: ArrayLike<number>,
  rope: RopeConfig,
  position: number,
  direction: 1 | -1 = 1,
): Float64Array {
  const sizes = { batch: 1, tokens: 1, heads: 1, headDim: rope.headDim }
  return truthRotate(x, sizes, rope, [[position]], direction)
}

/** What a value looks like when 12 significant digits are printed. */
const printed = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value) => Number(value.toPrecision(12)))

/**
 * Provenance: computed by this project from the formulas, in Python; x = 1 ... 8 at position 3
 * with base 10000. The two with base 100 agree with the published test of DeepMind's gemma.
 */
describe('worked rotations', () => {
  const x = [1, 2, 3, 4, 5, 6, 7, 8]
  const half = config(8, 'half')
  const interleaved = config(8, 'interleaved')
  const proportional: ScheduleOptions = { type: 'custom', inverseFrequencies: [1, 0.1, 0, 0] }

  const forward: readonly (readonly [string, RopeConfig, readonly number[]])[] = [
    [
      'half',
      half,
      [
        -1.6955925369, 0.137551738283, 2.78868159983, 3.97598203601, -4.80884247494, 6.32305934808,
        7.08683673685, 8.01196398203,
      ],
    ],
    [
      'interleaved',
      interleaved,
      [
        -1.27223251272, -1.83886498514, 1.68392864073, 4.70790657649, 4.81777716753, 6.14727770351,
        6.97596853602, 8.02096396853,
      ],
    ],
    [
      'half, the first 4 channels',
      { ...half, rotaryDim: 4 },
      [-1.41335252078, 1.87911806669, -2.82885748174, 4.0581911354, 5, 6, 7, 8],
    ],
    [
      'interleaved, the first 4 channels',
      { ...interleaved, rotaryDim: 4 },
      [-1.27223251272, -1.83886498514, 2.87866810044, 4.0881866356, 5, 6, 7, 8],
    ],
    [
      'interleaved, the last 4 channels',
      { ...interleaved, rotaryDim: 4, windowOffset: 4 },
      [1, 2, 3, 4, -5.79668253136, -5.2343549393, 6.75688623462, 8.20636877141],
    ],
    [
      'half, frequencies that end in zeros',
      { ...half, schedule: proportional },
      [-1.6955925369, 0.137551738283, 3, 4, -4.80884247494, 6.32305934808, 7, 8],
    ],
  ]

  test.each(forward)('%s', (_, rope, expected) => {
    expect(printed(rotateHead(x, rope, 3))).toEqual(expected)
  })

  test('interleaved in, half out', () => {
    const turned = rotateHead(x, interleaved, 3)
    expect(printed(reorderChannels(turned, 'interleaved', 'half'))).toEqual([
      -1.27223251272, 1.68392864073, 4.81777716753, 6.97596853602, -1.83886498514, 4.70790657649,
      6.14727770351, 8.02096396853,
    ])
  })

  const inverse: readonly (readonly [string, RopeConfig, readonly number[]])[] = [
    [
      'half',
      half,
      [
        -0.284392456301, 3.68379421822, 3.20861860266, 4.02398196401, -5.09108249106, 5.14097852143,
        6.90686373564, 7.98796401803,
      ],
    ],
    [
      'interleaved',
      interleaved,
      [
        -0.707752480481, -2.12110500126, 4.04809029402, 2.93478533652, 5.17772316996, 5.84732270148,
        7.02396846402, 7.97896403153,
      ],
    ],
  ]

  test.each(inverse)('%s, backwards', (_, rope, expected) => {
    expect(printed(rotateHead(x, rope, 3, -1))).toEqual(expected)
    expect(rotateHead(x, rope, -3)).toEqual(rotateHead(x, rope, 3, -1))
  })

  test('ones, base 100, position 1', () => {
    const rope = config(4, 'half', { schedule: { type: 'default', base: 100 } })
    expect(printed(rotateHead([1, 1, 1, 1], rope, 1))).toEqual([
      -0.30116867894, 0.895170748631, 1.38177329068, 1.09483758192,
    ])
    const onePair: ScheduleOptions = { type: 'custom', inverseFrequencies: [1, 0] }
    const partly = { ...rope, schedule: onePair }
    expect(printed(rotateHead([1, 1, 1, 1], partly, 1))).toEqual([
      -0.30116867894, 1, 1.38177329068, 1,
    ])
  })

  test('ones, base 10000, 6 channels, position 3 (published by keras-hub to 4 decimals)', () => {
    const turned = rotateHead([1, 1, 1, 1, 1, 1], config(6, 'half'), 3)
    const decimals = Array.from(turned, (value) => Number(value.toFixed(4)))
    expect(decimals).toEqual([-1.1311, 0.8515, 0.9935, -0.8489, 1.1291, 1.0064])
  })
})

const PAIRINGS: readonly PairingName[] = ['half', 'interleaved']

/** A head of 16 channels; zero, or no number so tiny that products of two underflow. */
const head = fc.array(
  fc
    .double({ min: -100, max: 100, noNaN: true })
    .map((value) => (Math.abs(value) < 1e-100 ? 0 : value)),
  { minLength: 16, maxLength: 16 },
)

const wholePosition = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

const norm = (x: ArrayLike<number>): number => Math.sqrt(dot(x, x))

const gapNorm = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  norm(Array.from(a, (value, c) => value - (b[c] ?? Number.NaN)))

/** Rounding errors of one rotation relative to the norm: 2^-51; sums over 16 channels add a few. */
const FEW_ROUNDINGS = 2 ** -48

describe.each(PAIRINGS)('properties, %s', (pairing) => {
  const rope = config(16, pairing)

  test('scores depend on n - m only, at any distance from the start', () => {
    fc.assert(
      fc.property(head, head, wholePosition, wholePosition, wholePosition, (q, k, m, n, shift) => {
        const score = dot(rotateHead(q, rope, m), rotateHead(k, rope, n))
        const moved = dot(rotateHead(q, rope, m + shift), rotateHead(k, rope, n + shift))
        const relative = dot(q, rotateHead(k, rope, n - m))
        const bound = FEW_ROUNDINGS * norm(q) * norm(k)
        expect(Math.abs(score - moved)).toBeLessThanOrEqual(bound)
        expect(Math.abs(score - relative)).toBeLessThanOrEqual(bound)
      }),
    )
  })

  test('the norm stays', () => {
    fc.assert(
      fc.property(head, wholePosition, (x, m) => {
        const gap = Math.abs(norm(rotateHead(x, rope, m)) - norm(x))
        expect(gap).toBeLessThanOrEqual(FEW_ROUNDINGS * norm(x))
      }),
    )
  })

  test('R(a) R(b) = R(a + b)', () => {
    fc.assert(
      fc.property(head, wholePosition, wholePosition, (x, a, b) => {
        const twice = rotateHead(rotateHead(x, rope, b), rope, a)
        const gap = gapNorm(twice, rotateHead(x, rope, a + b))
        expect(gap).toBeLessThanOrEqual(FEW_ROUNDINGS * norm(x))
      }),
    )
  })

  test('position 0 is the identity', () => {
    fc.assert(
      fc.property(head, (x) => {
        expect(Array.from(rotateHead(x, rope, 0), (value) => value + 0)).toEqual(
          x.map((v) => v + 0),
        )
      }),
    )
  })

  test('the inverse undoes, and is the rotation by the negative position', () => {
    fc.assert(
      fc.property(head, wholePosition, (x, m) => {
        const back = rotateHead(rotateHead(x, rope, m), rope, m, -1)
        expect(gapNorm(back, x)).toBeLessThanOrEqual(FEW_ROUNDINGS * norm(x))
        expect(gapNorm(rotateHead(x, rope, m, -1), rotateHead(x, rope, -m))).toBe(0)
      }),
    )
  })

  test('equals the faces where plain double angles are good enough', () => {
    fc.assert(
      fc.property(head, fc.integer({ min: -1000, max: 1000 }), (x, m) => {
        const angles = Array.from({ length: 8 }, (_, i) => m * 10000 ** (-i / 8))
        const gap = gapNorm(rotateHead(x, rope, m), rotateByElements(x, angles, pairing))
        // The angle, up to 1000, is off by a few 2^-53 of itself.
        expect(gap).toBeLessThanOrEqual(1000 * 2 ** -50 * norm(x))
      }),
    )
  })
})

describe('tensors', () => {
  const sizes = { batch: 2, tokens: 3, heads: 2, headDim: 6 }
  const rope = config(6, 'interleaved', { rotaryDim: 4, windowOffset: 1 })
  const x = Float64Array.from({ length: 72 }, (_, i) => Math.sin(i))
  const positions = [5, 6, 7, -1, 0.5, 2147483647]

  test('every head of every token turns to the position of its (batch, token)', () => {
    const turned = truthRotate(x, sizes, rope, [positions], 1)
    positions.forEach((position, row) => {
      for (const headIndex of [0, 1]) {
        const start = (row * 2 + headIndex) * 6
        const alone = rotateHead(x.subarray(start, start + 6), rope, position)
        expect(turned.subarray(start, start + 6)).toEqual(alone)
      }
    })
  })

  test('channels outside the window are copied, and the input stays', () => {
    const before = x.slice()
    const turned = truthRotate(x, sizes, rope, [positions], 1)
    expect(x).toEqual(before)
    const outside = (values: Float64Array): Float64Array =>
      values.filter((_, i) => i % 6 === 0 || i % 6 === 5)
    expect(outside(turned)).toEqual(outside(x))
  })

  test('axes choose the position of each pair', () => {
    const axes = { kind: 'one-hot', count: 2, axisOfPair: [1, 0] } as const
    const turned = rotateHead([1, 2, 3, 4], config(4, 'half'), 9)
    const mixed = truthRotate(
      [1, 2, 3, 4],
      { batch: 1, tokens: 1, heads: 1, headDim: 4 },
      config(4, 'half', { axes }),
      [[0], [9]],
      1,
    )
    expect(Array.from(mixed)).toEqual([turned[0], 2, turned[2], 4])
  })

  test('the attention factor scales both directions', () => {
    const schedule = { type: 'custom', inverseFrequencies: [1, 0.1], attentionFactor: 2 } as const
    const plain = { ...schedule, attentionFactor: 1 }
    for (const direction of [1, -1] as const) {
      const scaled = rotateHead([1, 2, 3, 4], config(4, 'half', { schedule }), 3, direction)
      const once = rotateHead([1, 2, 3, 4], config(4, 'half', { schedule: plain }), 3, direction)
      expect(scaled).toEqual(once.map((value) => 2 * value))
    }
  })

  test('an empty tensor stays empty', () => {
    const none = { batch: 0, tokens: 3, heads: 2, headDim: 6 }
    expect(truthRotate([], none, rope, [[]], 1)).toHaveLength(0)
  })

  test.each([
    ['too few elements', x.subarray(1), sizes, rope],
    ['a token without a position', x, { ...sizes, batch: 1, tokens: 7 }, rope],
    ['a window that leaves the head', x, sizes, { ...rope, windowOffset: 3 }],
  ])('%s: refused', (_, data, shape, window) => {
    expect(() => truthRotate(data, shape, window, [positions], 1)).toThrow(
      expect.objectContaining({ code: 'INVALID_TENSOR', field: 'x' }),
    )
  })
})
