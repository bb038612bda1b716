/**
 * Several positions per token: the axis maps of multi-axis models, and the angles of image patches.
 */
import type { DType } from '../../numbers/dtype.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { checkAngles, formulaError, PRECISE, TWELVE_DIGITS } from './angles.js'
import { GOLDEN_AXES, GOLDEN_PATCH_ANGLES } from './vectors.js'

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

/** One case per axis map and precise dtype. */
export function axesCases(): readonly ConformanceCase[] {
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

/** One case per image patch and precise dtype. */
export function patchCases(): readonly ConformanceCase[] {
  return GOLDEN_PATCH_ANGLES.flatMap(([name, golden]) =>
    PRECISE.map((dtype) =>
      defineCase('golden', `dinov3/patch=${name}/${dtype}`, (trial) =>
        checkPatch(trial, dtype, name, golden),
      ),
    ),
  )
}
