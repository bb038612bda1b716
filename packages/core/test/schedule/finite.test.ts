/**
 * Options that are each in range may make a number together that is not. Whatever they are, every
 * number of a table is finite and of use, or the error says which options made it.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, type RopeOptions, resolveConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import { llama4Temperature, ministralTemperature } from '../../src/presets/query-temperature.js'
import { cosmosRope } from '../../src/presets/video.js'
import { createRope } from '../../src/rope/rope.js'
import { SCHEDULES } from '../../src/schedule/registry.js'
import type { Frequencies, ScheduleOptions } from '../../src/schedule/schedule.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const PAIRS = 4

/** What a number may be at the ends of its range; plain ones often, so that most cases get through. */
const number = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(1, 2, 4, 8, 0.5, 1.5, 1000, 10000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[0, 5e-324, 1e-308, 2 ** -20, 1e-38, 1e38, 3.5e38, 1e100, 1e200, 1e308, 1.7e308],
    ),
  },
)
const list = fc.array(number, { minLength: PAIRS, maxLength: PAIRS })
const signed = fc.tuple(number, fc.boolean()).map(([value, minus]) => (minus ? -value : value))
const matrix = fc.array(fc.array(signed, { minLength: 3, maxLength: 3 }), {
  minLength: 2,
  maxLength: 2,
})
const flag = fc.boolean()

const YARN = {
  ...{ originalMaxPositionEmbeddings: number, betaFast: number, betaSlow: number },
  ...{ truncate: flag, mscale: number, mscaleAllDim: number, scaleSoftmax: flag },
  ...{ extrapolationFactor: number, attnFactor: number, mscaleCoefficient: number },
}

/** Every option of every schedule; those in the second record may be absent. */
const OPTIONS: Readonly<Record<ScheduleOptions['type'], readonly [Arbitraries, Arbitraries]>> = {
  default: [{ base: number }, { exponentDim: fc.constantFrom(2, 8, 1024) }],
  linear: [{ base: number, factor: number }, { exponentDim: fc.constantFrom(2, 8, 1024) }],
  ntk: [{ base: number, factor: number }, {}],
  'ntk-alpha': [{ base: number, alpha: number }, {}],
  'ntk-fixed': [{ base: number, factor: number }, {}],
  'ntk-mixed': [{ base: number, factor: number, mixedB: number }, {}],
  'ntk-by-parts': [
    { base: number, factor: number, originalMaxPositionEmbeddings: number },
    { ntkFactor: number, extrapolationFactor: number },
  ],
  dynamic: [
    { base: number, factor: number, maxPositionEmbeddings: number },
    { frozenLength: number },
  ],
  yarn: [
    { base: number, factor: number },
    { ...YARN, attentionFactor: number },
  ],
  'dynamic-yarn': [
    { base: number },
    { ...YARN, maxPositionEmbeddings: number, frozenLength: number, finetuned: flag },
  ],
  longrope: [
    { base: number, shortFactor: list, longFactor: list, originalMaxPositionEmbeddings: number },
    {
      ...{ factor: number, attentionFactor: number, shortMscale: number, longMscale: number },
      frozenLength: number,
    },
  ],
  llama3: [
    {
      ...{ base: number, factor: number, lowFreqFactor: number, highFreqFactor: number },
      originalMaxPositionEmbeddings: number,
    },
    {},
  ],
  proportional: [
    { base: number, partialRotaryFactor: fc.constantFrom(1, 0.5, 5e-324) },
    { factor: number, exponentDim: fc.constantFrom(2, 8, 1024) },
  ],
  xpos: [
    { base: number, tensor: fc.constantFrom('q', 'k') },
    { scaleBase: number, centre: signed },
  ],
  fope: [
    {
      ...{ base: number, cosCoefficients: matrix, sinCoefficients: matrix },
      restSin: fc.constantFrom(0, 1),
    },
    {},
  ],
  pixel: [{ maxFrequency: number }, {}],
  axial: [
    {
      families: fc.array(
        fc.record({ base: number, dim: fc.constantFrom(1, 4), multiplier: number }),
        {
          minLength: 1,
          maxLength: 1,
        },
      ),
      familyOfPair: fc.constant([0, 0, 0, 0]),
      exponentOfPair: fc.constantFrom([0, 1, 2, 3], [0, -1, -2, -3], [0, 999, -999, 2 ** 20]),
    },
    {},
  ],
  custom: [
    { inverseFrequencies: fc.array(signed, { minLength: PAIRS, maxLength: PAIRS }) },
    { attentionFactor: number, softmaxScale: number },
  ],
}

type Arbitraries = Readonly<Record<string, fc.Arbitrary<unknown>>>

const optionsOf = (type: ScheduleOptions['type']): fc.Arbitrary<ScheduleOptions> => {
  const [required, optional] = OPTIONS[type]
  return fc
    .record(
      { type: fc.constant(type), ...required, ...optional },
      { requiredKeys: ['type', ...Object.keys(required)] as 'type'[] },
    )
    .map((options) => options as unknown as ScheduleOptions)
}

const axes = fc.option(
  fc.record({ kind: fc.constant('dense' as const), weights: fc.tuple(list, list) }),
  { nil: null, freq: 4 },
)
const length = fc.oneof(fc.constant(undefined), number, fc.constantFrom(1e6, 2 ** 53))

function expectUsable(table: Frequencies): void {
  for (const factor of [table.attentionFactor, table.softmaxScale]) {
    expect(factor).toBeGreaterThan(0)
    expect(Number.isFinite(Math.fround(factor))).toBe(true)
  }
  const numbers = [
    ...table.inverseFrequencies,
    ...table.residuals,
    ...table.float32Frequencies,
    ...(table.decay?.rates ?? []),
    ...(table.mixture?.cosMatrix ?? []),
    ...(table.mixture?.sinMatrix ?? []),
  ]
  expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([])
}

/** What a call makes of ones: finite, whatever the position. */
function expectFiniteRotation(options: RopeOptions, sequence: number | undefined): void {
  const rope = createRope(options, { backend: createNaiveBackend(), layout: 'bshd' })
  const axesOf = (position: number) =>
    rope.config.axes === null ? position : { axes: [position, -position] }
  for (const position of [0, 1, 100, 123456.5]) {
    const data = new Float32Array(2 * PAIRS).fill(1e-3)
    const q = { data, shape: [1, 1, 1, 2 * PAIRS] }
    rope.rotate({
      q,
      positions: axesOf(position),
      ...(sequence === undefined ? {} : { length: sequence }),
    })
    expect([...data].filter((value) => !Number.isFinite(value))).toEqual([])
  }
}

/** Runs `make`; true when it gives something, false when it is refused. */
function getsThrough(make: () => void): boolean {
  try {
    make()
    return true
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return false
  }
}

test('every schedule is here', () => {
  expect(Object.keys(OPTIONS).sort()).toEqual([...SCHEDULES].sort())
})

describe.each(SCHEDULES)('%s', (type) => {
  test('finite, or refused', () => {
    const seen = { through: 0, refused: 0 }
    fc.assert(
      fc.property(
        optionsOf(type),
        axes,
        fc.constantFrom<'exact' | 'float32'>('exact', 'float32'),
        length,
        (schedule, weights, angles, sequence) => {
          const options: RopeOptions = {
            ...{ headDim: 2 * PAIRS, pairing: 'half' as const, schedule, angles },
            axes: type === 'xpos' ? null : weights,
          }
          const through = getsThrough(() => {
            expectUsable(computeFrequencies(resolveConfig(options), sequence))
            expectFiniteRotation(options, sequence)
          })
          seen[through ? 'through' : 'refused'] += 1
        },
      ),
      { numRuns: 500 },
    )
    // Both outcomes occur with every schedule.
    expect(seen.through).toBeGreaterThan(20)
    expect(seen.refused).toBeGreaterThan(0)
  })
})

const config = (schedule: ScheduleOptions, more: Partial<RopeOptions> = {}): RopeOptions => ({
  ...{ headDim: 8, pairing: 'half', schedule },
  ...more,
})

describe('the error names the options', () => {
  const L0 = 'originalMaxPositionEmbeddings'
  const ones = [1, 1, 1, 1]
  const longrope = { type: 'longrope', base: 10000, shortFactor: ones, longFactor: ones } as const

  test.each<[string, RopeOptions, RegExp]>([
    [
      'an original length of 1',
      config({ ...longrope, factor: 2, [L0]: 1 }),
      /attention factor.*Infinity.*factor 2.*originalMaxPositionEmbeddings 1|attention factor.*Infinity.*originalMaxPositionEmbeddings 1, factor 2/,
    ],
    [
      'a softmax scale that overflows',
      config({
        type: 'yarn',
        base: 1e4,
        factor: 4,
        [L0]: 2048,
        scaleSoftmax: true,
        mscaleAllDim: 1e308,
      }),
      /softmax scale.*Infinity.*mscaleAllDim 1e\+308/,
    ],
    [
      'factors whose product is 0',
      config({
        type: 'yarn',
        base: 1e4,
        factor: 4,
        [L0]: 2048,
        attentionFactor: 1e-200,
        attnFactor: 1e-200,
      }),
      /attention factor.*would be 0.*attnFactor 1e-200/,
    ],
    [
      'a factor that no float32 holds',
      config({ type: 'custom', inverseFrequencies: ones, attentionFactor: 1e39 }),
      /attention factor.*1e\+39/,
    ],
    [
      'shares that make a frequency overflow',
      config({ type: 'yarn', base: 1e4, factor: 4, [L0]: 2048, extrapolationFactor: 1e300 }),
      /inverse frequency of pair 0.*extrapolationFactor 1e\+300/,
    ],
    [
      'coefficients that add up to infinity',
      config({
        ...{ type: 'fope', base: 1e4, restSin: 0 },
        ...{ cosCoefficients: [[3e38], [3e38]], sinCoefficients: [[0], [0]] },
      }),
      /sum of the coefficients.*cosCoefficients/,
    ],
    [
      'weights of dense axes',
      config(
        { type: 'custom', inverseFrequencies: ones },
        { axes: { kind: 'dense', weights: [[1, 1, 1e300, 1]] } },
      ),
      /axes\.weights\[0\]\[2\] is 1e\+300/,
    ],
    [
      'a base that a stretch makes infinite',
      config({
        type: 'dynamic',
        base: 1e308,
        factor: 1e308,
        maxPositionEmbeddings: 1,
        frozenLength: 9,
      }),
      /base 1e\+308.*Infinity|Infinity.*base 1e\+308/,
    ],
  ])('%s', (_, options, message) => {
    expect(() => createRope(options, { backend: createNaiveBackend() })).toThrow(message)
    expect(() => computeFrequencies(resolveConfig(options))).toThrow(RopeError)
  })

  test('keys cannot go from one factor to another that no float32 is apart from', () => {
    const schedule = { ...longrope, [L0]: 512, shortMscale: 1e-30, longMscale: 1e30 }
    const rope = createRope(config(schedule), { backend: createNaiveBackend(), layout: 'bshd' })
    const data = new Float32Array(8).fill(1)
    const k = { data, shape: [1, 1, 1, 8] }
    const [from, to] = [
      { positions: 0, length: 512 },
      { positions: 0, length: 513 },
    ]
    expect(() => rope.rerope(k, from, to)).toThrow(/attention factor 1e\+30 over 1e-30/)
    expect([...data]).toEqual(Array(8).fill(1))
  })

  test('temperatures and presets', () => {
    const beta = { beta: 1e308, originalMaxPositionEmbeddings: 1 }
    expect(() => ministralTemperature(100, beta)).toThrow(/beta 1e\+308/)
    expect(() => llama4Temperature(1, { floorScale: 5e-324 })).toThrow(/floorScale 5e-324/)
    expect(() => llama4Temperature(1e9, { attnScale: 1e308 })).toThrow(/attnScale 1e\+308/)
    expect(() => cosmosRope({ headDim: 6 })).toThrow(/scales\[0\]/)
    expect(() => cosmosRope({ headDim: 24, scales: [1, 1e308, 1] })).toThrow(/scales\[1\]/)
  })
})
