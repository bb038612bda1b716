/**
 * Golden: numbers that were computed elsewhere, by our own scripts and by other projects. See
 * golden/README.md. Every tolerance is the sum of what the dtype may cost and of what the printed
 * digits leave open.
 */
import { computeFrequencies, type RopeOptions, resolveConfig } from '../config.js'
import type { DType } from '../dtype.js'
import { permutePairing } from '../permute.js'
import type { Positions } from '../positions.js'
import type { ScheduleOptions } from '../schedule/schedule.js'
import { type ConformanceCase, check, defineCase, type Trial } from './case.js'
import {
  GOLDEN_AXES,
  GOLDEN_LONG_POSITIONS,
  GOLDEN_PATCH_ANGLES,
  GOLDEN_ROTATIONS,
  GOLDEN_VECTORS,
  type GoldenVector,
} from './golden/frequencies.js'
import { MROPE_TOY, PUBLISHED, type PublishedVector } from './golden/published.js'
import {
  checkClose,
  needDType,
  readUnitPairs,
  rotateNumbers,
  rotationAllowance,
  unitPairs,
} from './numbers.js'

const PRECISE: readonly DType[] = ['float32', 'float64']
const ALL: readonly DType[] = ['float64', 'float32', 'float16', 'bfloat16']

/** cos and sin of every angle, with how exactly each angle is known. */
interface Angles {
  readonly options: RopeOptions
  readonly positions: Positions
  readonly factor: number
  readonly cos: ArrayLike<number>
  readonly sin: ArrayLike<number>
  /** Half a digit of the golden numbers, and what their own arithmetic may have cost. */
  readonly slack: (index: number) => number
}

/** Rotates pairs (1, 0) and compares what they become with A cos and A sin. */
async function checkAngles(trial: Trial, dtype: DType, golden: Angles): Promise<void> {
  needDType(trial, dtype)
  const { headDim, rotaryDim, windowOffset, pairing } = resolveConfig(golden.options)
  check(windowOffset === 0, () => 'golden angles need a leading window')
  const pairs = rotaryDim / 2
  const tokens = golden.cos.length / pairs
  const values = unitPairs(pairing, pairs, headDim, tokens)
  const q = { layout: 'thd', shape: [tokens, 1, headDim], values } as const
  const rotated = await rotateNumbers(trial, {
    options: golden.options,
    dtype,
    q,
    positions: golden.positions,
  })
  const { cos, sin } = readUnitPairs(rotated, pairing, pairs, headDim)
  const { relative, absolute } = rotationAllowance(trial, dtype)
  const distance = (i: number): number => golden.factor * (relative + golden.slack(i)) + absolute
  const scaled = (row: ArrayLike<number>): Float64Array =>
    Float64Array.from(row, (v) => golden.factor * v)
  checkClose('cos', cos, scaled(golden.cos), distance)
  checkClose('sin', sin, scaled(golden.sin), distance)
}

function scheduleOf({
  params,
  inv_freq,
  attention_factor,
  softmax_scale_mult,
}: GoldenVector): ScheduleOptions {
  const base = params.rope_theta
  if (params.rope_type === 'default' && base !== undefined) return { type: 'default', base }
  if (params.rope_type === 'linear' && base !== undefined && params.factor !== undefined) {
    return { type: 'linear', base, factor: params.factor }
  }
  return {
    type: 'custom',
    inverseFrequencies: inv_freq,
    attentionFactor: attention_factor,
    ...(softmax_scale_mult === undefined ? {} : { softmaxScale: softmax_scale_mult }),
  }
}

/** The options of a golden vector; a schedule that core does not have is given by its frequencies. */
function optionsOf(vector: GoldenVector): RopeOptions {
  const rotaryDim = 2 * vector.inv_freq.length
  return {
    headDim: Math.max(rotaryDim, vector.params.head_dim ?? 0),
    rotaryDim,
    pairing: vector.params.layout === 'interleaved' ? 'interleaved' : 'half',
    schedule: scheduleOf(vector),
  }
}

/**
 * How well a double formula knows theta^x: the exponent is off by one rounding, which moves the
 * power by |ln power| of a rounding, and pow, division and the like cost a few more.
 */
function formulaError(frequency: number): number {
  return frequency === 0 ? 0 : (Math.abs(Math.log(frequency)) + 4) * 2 ** -53
}

const POSITIONS: readonly number[] = [0, 1, 17, 4095, 131071]

async function checkVector(trial: Trial, dtype: DType, vector: GoldenVector): Promise<void> {
  const options = optionsOf(vector)
  const frequencies = computeFrequencies(resolveConfig(options))
  const { inv_freq, attention_factor, softmax_scale_mult = 1 } = vector
  checkClose('inverse frequency', frequencies.inverseFrequencies, inv_freq, (i) => {
    const frequency = inv_freq[i] as number
    return frequency * formulaError(frequency)
  })
  checkClose('attention factor', [frequencies.attentionFactor], [attention_factor], () => 0)
  checkClose('softmax scale', [frequencies.softmaxScale], [softmax_scale_mult], () => 0)
  const angles = POSITIONS.flatMap((position) => inv_freq.map((frequency) => position * frequency))
  await checkAngles(trial, dtype, {
    options,
    positions: POSITIONS,
    factor: attention_factor,
    cos: angles.map(Math.cos),
    sin: angles.map(Math.sin),
    // The frequency's own error, the product's rounding, and that of cos and sin in double.
    slack: (i) =>
      (angles[i] as number) * (formulaError(inv_freq[i % inv_freq.length] as number) + 2 ** -53) +
      2 ** -52,
  })
}

function vectorCases(): readonly ConformanceCase[] {
  return GOLDEN_VECTORS.flatMap(([name, vector]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `frequencies/${name}/${dtype}`, (trial) =>
        checkVector(trial, dtype, vector),
      ),
    ),
  )
}

const EIGHT: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8]

interface RotationCase {
  readonly options: RopeOptions
  readonly inverse?: boolean
  readonly input?: readonly number[]
  readonly position?: number
  /** Reorders the channels of the result, interleaved to half. */
  readonly regroup?: boolean
}

function tenThousand(
  pairing: 'half' | 'interleaved',
  window: Partial<RopeOptions> = {},
): RopeOptions {
  return { headDim: 8, pairing, schedule: { type: 'default', base: 10000 }, ...window }
}

function withFrequencies(headDim: number, inverseFrequencies: readonly number[]): RopeOptions {
  return { headDim, pairing: 'half', schedule: { type: 'custom', inverseFrequencies } }
}

/** How each golden rotation is asked for; x = 1 ... 8 at position 3 unless said otherwise. */
const ROTATIONS: Readonly<Record<string, RotationCase>> = {
  half: { options: tenThousand('half') },
  interleaved: { options: tenThousand('interleaved') },
  half_partial_rd4: { options: tenThousand('half', { rotaryDim: 4 }) },
  interleaved_partial_rd4: { options: tenThousand('interleaved', { rotaryDim: 4 }) },
  interleaved_in_half_out: { options: tenThousand('interleaved'), regroup: true },
  half_inverse: { options: tenThousand('half'), inverse: true },
  interleaved_inverse: { options: tenThousand('interleaved'), inverse: true },
  nanochat_reversed_half: { options: tenThousand('half'), inverse: true },
  proportional_p05_half: { options: withFrequencies(8, [1, 0.1, 0, 0]) },
  trailing_rd4_interleaved_offset4: {
    options: tenThousand('interleaved', { rotaryDim: 4, windowOffset: 4 }),
  },
  gemma_ones_d4_base100_pos1_half: {
    options: { headDim: 4, pairing: 'half', schedule: { type: 'default', base: 100 } },
    input: [1, 1, 1, 1],
    position: 1,
  },
  gemma_ones_d4_base100_pos1_p05: {
    options: withFrequencies(4, [1, 0]),
    input: [1, 1, 1, 1],
    position: 1,
  },
}

/** The golden rotations have 12 significant digits: half a unit of the last is 5e-12 at most. */
const TWELVE_DIGITS = 5e-12

async function checkRotation(
  trial: Trial,
  dtype: DType,
  name: string,
  asked: RotationCase,
): Promise<void> {
  needDType(trial, dtype)
  const values = asked.input ?? EIGHT
  const q = { layout: 'bshd', shape: [1, 1, 1, values.length], values } as const
  const rotated = await rotateNumbers(trial, {
    options: asked.options,
    dtype,
    q,
    positions: asked.position ?? 3,
    inverse: asked.inverse ?? false,
  })
  const regrouped = asked.regroup
    ? permutePairing(rotated, { from: 'interleaved', to: 'half', heads: 1, headDim: values.length })
    : rotated
  const { relative, absolute } = rotationAllowance(trial, dtype)
  const expected = GOLDEN_ROTATIONS[name] ?? []
  // No pair of the inputs has a norm above that of the two largest numbers.
  const norm = Math.hypot(values.at(-1) as number, values.at(-2) as number)
  checkClose(name, regrouped, expected, (i) => {
    return relative * norm + absolute + TWELVE_DIGITS * Math.abs(expected[i] as number)
  })
}

function rotationCases(): readonly ConformanceCase[] {
  return Object.entries(ROTATIONS).flatMap(([name, asked]) =>
    ALL.map((dtype) =>
      defineCase('golden', `rotation/${name}/${dtype}`, (trial) =>
        checkRotation(trial, dtype, name, asked),
      ),
    ),
  )
}

/** One golden [cos, sin]: `theta=10000,d=128,i=20,pos=4095`. */
function parseLongPosition(name: string): { readonly [key: string]: number } {
  return Object.fromEntries(
    name
      .split(',')
      .map((part) => part.split('='))
      .map(([key, value]) => [key, Number(value)]),
  )
}

async function checkLongPosition(
  trial: Trial,
  dtype: DType,
  name: string,
  golden: readonly number[],
): Promise<void> {
  needDType(trial, dtype)
  const { theta = 0, d = 0, i = 0, pos = 0 } = parseLongPosition(name)
  const options: RopeOptions = {
    headDim: d,
    pairing: 'half',
    schedule: { type: 'default', base: theta },
  }
  const q = { layout: 'thd', shape: [1, 1, d], values: unitPairs('half', d / 2, d, 1) } as const
  const rotated = await rotateNumbers(trial, { options, dtype, q, positions: pos })
  const { relative, absolute } = rotationAllowance(trial, dtype)
  // Fifteen significant digits of numbers up to 1.
  checkClose(
    name,
    [rotated[i] as number, rotated[i + d / 2] as number],
    golden,
    () => relative + absolute + 5e-16,
  )
}

function longPositionCases(): readonly ConformanceCase[] {
  return GOLDEN_LONG_POSITIONS.flatMap(([name, golden]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `long-position/${name}/${dtype}`, (trial) =>
        checkLongPosition(trial, dtype, name, golden),
      ),
    ),
  )
}

/** Positions that differ on every axis, so that a pair on the wrong axis shows. */
const AXIS_POSITIONS: readonly (readonly number[])[] = [
  [5, 0, 131],
  [11, 7, 64],
  [17, 3, -9],
  [23, 1, 2.5],
]

async function checkAxes(trial: Trial, dtype: DType, axisOfPair: readonly number[]): Promise<void> {
  const pairs = axisOfPair.length
  const count = Math.max(...axisOfPair) + 1
  const positions = AXIS_POSITIONS.slice(0, count)
  const angles = [0, 1, 2].flatMap((token) =>
    axisOfPair.map((axis, i) => (positions[axis]?.[token] as number) * 10000 ** (-i / pairs)),
  )
  await checkAngles(trial, dtype, {
    options: {
      headDim: 2 * pairs,
      pairing: 'half',
      schedule: { type: 'default', base: 10000 },
      axes: { kind: 'one-hot', count, axisOfPair },
    },
    positions: { axes: positions },
    factor: 1,
    cos: angles.map(Math.cos),
    sin: angles.map(Math.sin),
    slack: (i) => Math.abs(angles[i] as number) * (formulaError(1e-4) + 2 ** -53) + 2 ** -52,
  })
}

function axesCases(): readonly ConformanceCase[] {
  return GOLDEN_AXES.flatMap(([name, axisOfPair]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `axes/${name.replace(/[^\w,[\]-]/g, '_')}/${dtype}`, (trial) =>
        checkAxes(trial, dtype, axisOfPair),
      ),
    ),
  )
}

/** DINOv3: 16 frequencies 2 pi / 100^(i/16) for rows, the same for columns; patch centres in (-1, 1). */
async function checkPatch(
  trial: Trial,
  dtype: DType,
  name: string,
  golden: readonly number[],
): Promise<void> {
  const perAxis = Array.from({ length: 16 }, (_, i) => 2 * Math.PI * 100 ** (-i / 16))
  const centres = name.split(',').map((k) => [2 * ((Number(k) + 0.5) / 14) - 1])
  const inverseFrequencies = [...perAxis, ...perAxis].slice(0, golden.length)
  await checkAngles(trial, dtype, {
    options: {
      headDim: 64,
      rotaryDim: 2 * golden.length,
      pairing: 'half',
      schedule: { type: 'custom', inverseFrequencies },
      axes: { kind: 'one-hot', count: 2, axisOfPair: golden.map((_, i) => (i < 16 ? 0 : 1)) },
    },
    positions: { axes: centres },
    factor: 1,
    cos: golden.map(Math.cos),
    sin: golden.map(Math.sin),
    // Twelve significant digits of the angle, and roundings of our own position and frequency.
    slack: (i) => Math.abs(golden[i] as number) * (TWELVE_DIGITS + 2 ** -50) + 2 ** -52,
  })
}

function patchCases(): readonly ConformanceCase[] {
  return GOLDEN_PATCH_ANGLES.flatMap(([name, golden]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `dinov3/patch=${name}/${dtype}`, (trial) =>
        checkPatch(trial, dtype, name, golden),
      ),
    ),
  )
}

/**
 * How far the publisher's number may be from truth, for a pair of norm N:
 * - float32: the frequency (two roundings) times the position (one) gives an angle off by 3u of
 *   itself, cos and sin cost u, two products and a sum 2u more;
 * - a table with four decimals: each of cos and sin off by 0.5e-4, which |(dc, ds)| N bounds.
 */
function publisherError({ made, largestAngle }: PublishedVector, norm: number): number {
  if (made === 'table') return Math.SQRT2 * 0.5e-4 * norm
  return (3 * largestAngle + 4) * 2 ** -24 * norm
}

async function checkPublished(trial: Trial, dtype: DType, vector: PublishedVector): Promise<void> {
  needDType(trial, dtype)
  const { options, layout, shape, input, positions, expected, printed } = vector
  const rotated = await rotateNumbers(trial, {
    options,
    dtype,
    q: { layout, shape, values: input },
    positions,
  })
  const { relative, absolute } = rotationAllowance(trial, dtype)
  const norm = Math.SQRT2 * Math.max(...input.map(Math.abs))
  // The dtype's rounding of the input too: at most as much as that of the output.
  const own = 2 * relative * norm + absolute
  checkClose(vector.name, rotated, expected, () => own + publisherError(vector, norm) + printed)
}

/**
 * The toy picks x[axis][token][pair] = 10 axis + 5 token + pair, a sum that dense axes can make:
 * three axes hold 10 axis + 5 token, a fourth holds 1 and weighs `pair`. The angle is then the
 * picked number itself, at frequency 1.
 */
async function checkToy(trial: Trial, dtype: DType): Promise<void> {
  const { axisOfPair, tokens, picked } = MROPE_TOY
  const pairs = axisOfPair.length
  const onAxis = (axis: number): readonly number[] =>
    axisOfPair.map((own) => (own === axis ? 1 : 0))
  const tokenList = Array.from({ length: tokens }, (_, t) => t)
  const angles = picked.flat()
  await checkAngles(trial, dtype, {
    options: {
      headDim: 2 * pairs,
      pairing: 'half',
      schedule: { type: 'custom', inverseFrequencies: axisOfPair.map(() => 1) },
      axes: { kind: 'dense', weights: [...[0, 1, 2].map(onAxis), axisOfPair.map((_, i) => i)] },
    },
    positions: {
      axes: [
        ...[0, 1, 2].map((axis) => tokenList.map((t) => 10 * axis + 5 * t)),
        tokenList.map(() => 1),
      ],
    },
    factor: 1,
    cos: angles.map(Math.cos),
    sin: angles.map(Math.sin),
    // Four axes, each a rotation of its own with the error of a float64 row.
    slack: () => 4 * 2 ** -49,
  })
}

function publishedCases(): readonly ConformanceCase[] {
  return PRECISE.flatMap((dtype) => [
    ...PUBLISHED.map((vector) =>
      defineCase('golden', `published/${vector.name}/${dtype}`, (trial) =>
        checkPublished(trial, dtype, vector),
      ),
    ),
    defineCase('golden', `published/vllm/interleaved_mrope_toy/${dtype}`, (trial) =>
      checkToy(trial, dtype),
    ),
  ])
}

/** The golden family. */
export function goldenCases(): readonly ConformanceCase[] {
  return [
    ...vectorCases(),
    ...rotationCases(),
    ...longPositionCases(),
    ...axesCases(),
    ...patchCases(),
    ...publishedCases(),
  ]
}
