/**
 * Coordinates along one axis: where the rows, columns or frames of an image or video stand. They
 * are combined into positions by `gridPositions`.
 */
import { checkInteger, checkPositive } from '../check.js'
import { MOST_POSITIONS } from '../limits.js'

function along(count: number, at: (i: number) => number): Float64Array {
  const n = checkInteger(count, 'count', 0, MOST_POSITIONS)
  return Float64Array.from({ length: n }, (_, i) => at(i))
}

/** `origin`, `origin + 1`, ...: counted places. Llama 4 vision and EfficientLoFTR count from 1. */
export function countedCoordinates(count: number, origin = 0): Float64Array {
  return along(count, (i) => origin + i)
}

/**
 * Midpoints as fractions of `extent`, brought to (-1, 1): `2 (i + 0.5) / extent - 1` (DINOv3; LTX 2
 * with the extent of its training).
 */
export function normalisedCoordinates(count: number, extent: number = count): Float64Array {
  return along(count, (i) => (2 * (i + 0.5)) / extent - 1)
}

/** Evenly spread from `start` up to, not including, `stop` (CogVideoX crops). */
export function spreadCoordinates(count: number, start: number, stop: number): Float64Array {
  const last = (stop * (count - 1)) / count
  return along(count, (i) => (count === 1 ? start : start + (i * (last - start)) / (count - 1)))
}

/** Whole numbers around 0, the larger half below it: -2 -1 0 1 for 4 (Qwen-Image). */
export function centredCoordinates(count: number): Float64Array {
  return along(count, (i) => i - (count - Math.floor(count / 2)))
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
  return along(frames, (i) => (i / perSecond) * rate)
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
  const { shift = 0, jitter = 1, rescale = 1 } = augmentation
  const logarithms = [jitter, rescale].map((factor, i) =>
    Math.log(checkPositive(factor, i === 0 ? 'jitter' : 'rescale')),
  )
  const within = (bound: number): number => (2 * random() - 1) * bound
  const shifts = coordinates.map(() => within(shift))
  const jitters = coordinates.map(() => Math.exp(within(logarithms[0] as number)))
  const common = Math.exp(within(logarithms[1] as number))
  return coordinates.map((axis, a) =>
    axis.map((value) => (value + (shifts[a] as number)) * (jitters[a] as number) * common),
  )
}
