/**
 * Coordinates along one axis: where the rows, columns or frames of an image or video stand. They
 * are combined into positions by `gridPositions`.
 */
import {
  callBack,
  checkFinite,
  checkFunction,
  checkKeys,
  checkList,
  checkPositive,
  checkRecord,
} from '../../check.js'
import { readCount, readFinite, readNumbers } from '../../numbers/lists.js'

function along(count: number, at: (i: number) => number): Float64Array {
  const n = readCount(count, 'count')
  return Float64Array.from({ length: n }, (_, i) => at(i))
}

/** `origin`, `origin + 1`, ...: counted places. Llama 4 vision and EfficientLoFTR count from 1. */
export function countedCoordinates(count: number, origin = 0): Float64Array {
  const first = readFinite(origin, 'origin')
  return along(count, (i) => first + i)
}

/**
 * Midpoints as fractions of `extent`, brought to (-1, 1): `2 (i + 0.5) / extent - 1` (DINOv3; LTX 2
 * with the extent of its training).
 */
export function normalisedCoordinates(count: number, extent: number = count): Float64Array {
  const n = readCount(count, 'count')
  // No coordinates have no extent either.
  const whole = n === 0 ? 1 : checkPositive(extent, 'extent')
  return along(n, (i) => (2 * (i + 0.5)) / whole - 1)
}

/** Evenly spread from `start` up to, not including, `stop` (CogVideoX crops). */
export function spreadCoordinates(count: number, start: number, stop: number): Float64Array {
  const n = readCount(count, 'count')
  const first = readFinite(start, 'start')
  const last = (readFinite(stop, 'stop') * (n - 1)) / n
  return along(n, (i) => (n === 1 ? first : first + (i * (last - first)) / (n - 1)))
}

/** Whole numbers around 0, the larger half below it: -2 -1 0 1 for 4 (Qwen-Image). */
export function centredCoordinates(count: number): Float64Array {
  const n = readCount(count, 'count')
  const below = Math.ceil(n / 2)
  return along(n, (i) => i - below)
}

/**
 * Frames in units of time: `i / fps * rate`. With rate 1 these are seconds; with the frame rate of
 * the training, frames as the model counts them (Cosmos).
 *
 * @param fps frames per second of this video
 * @param rate positions per second; 1 when absent
 */
export function timedCoordinates(frames: number, fps: number, rate = 1): Float64Array {
  const perSecond = checkPositive(fps, 'fps')
  const pace = checkFinite(rate, 'rate')
  return along(frames, (i) => (i / perSecond) * pace)
}

/** DINOv3's augmentation in training; each is off when absent. */
export interface CoordinateAugmentation {
  /** Moves every axis by its own number from (-shift, shift). */
  readonly shift?: number
  /** Stretches every axis by its own factor between 1 / jitter and jitter. */
  readonly jitter?: number
  /** Stretches all axes by one factor between 1 / rescale and rescale. */
  readonly rescale?: number
}

/**
 * Coordinates shifted and stretched at random, as DINOv3 is trained: shift, then jitter, then rescale.
 *
 * @param coordinates one list per axis
 * @param random numbers from [0, 1); give a seeded one for training that can be repeated
 * @throws RopeError INVALID_OPTION
 */
export function augmentCoordinates(
  coordinates: readonly Float64Array[],
  augmentation: CoordinateAugmentation,
  random: () => number = Math.random,
): readonly Float64Array[] {
  const given = checkRecord(augmentation, 'augmentation', '{ shift, jitter, rescale }')
  checkKeys(given, 'augmentation', ['shift', 'jitter', 'rescale'])
  const shift = checkFinite(given.shift ?? 0, 'shift')
  const logarithms = (['jitter', 'rescale'] as const).map((key) =>
    Math.log(checkPositive(given[key] ?? 1, key)),
  )
  checkFunction(random, 'random')
  const lists = checkList(coordinates, 'coordinates', 'one list per axis')
  const axes = lists.map((axis, a) => readNumbers(axis, `coordinates[${a}]`))
  const within = (bound: number): number =>
    (2 * checkFinite(callBack('random', random), 'what random returns') - 1) * bound
  const shifts = axes.map(() => within(shift))
  const jitters = axes.map(() => Math.exp(within(logarithms[0] as number)))
  const common = Math.exp(within(logarithms[1] as number))
  return axes.map((axis, a) =>
    axis.map((value) => (value + (shifts[a] as number)) * (jitters[a] as number) * common),
  )
}
