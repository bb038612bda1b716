/**
 * Small vectors that other projects publish in their own tests.
 */
import type { DType } from '../../numbers/dtype.js'
import { checkClose, needDType, rotateNumbers, rotationAllowance } from '../calls/numbers.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { checkAngles, PRECISE } from './angles.js'
import { MROPE_TOY, PUBLISHED, type PublishedVector } from './published.js'

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

/** One case per published vector and precise dtype. */
export function publishedCases(): readonly ConformanceCase[] {
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
