/**
 * What a model makes of more context than it was trained on: the same characters, at the ends of
 * sequences that reach farther and farther back, with q and k turned through `@rope/auto`.
 */
import { createRope } from '@rope/auto'
import type { ScheduleOptions } from '@rope/core'
import { createTrainedModel } from '../evaluation/trained-model.js'
import { headDimOf, type ModelOptions } from '../model/options.js'
import type { Weights } from '../model/parameters.js'
import { createRandom } from '../random.js'

/** The lengths that are looked at, in tokens. */
export const LENGTHS: readonly number[] = [128, 256, 512, 1024]

/** Tokens at the end of each sequence whose loss is compared between lengths. */
export const LAST = 64

/** Positions whose losses are averaged into one point of a curve. */
const BUCKET = 64

/** Losses at one length, in nats. */
export interface LossesAt {
  readonly length: number
  /** The mean of the last tokens, the same ones at every length. */
  readonly last: number
  /** The mean of each stretch of 64 positions. */
  readonly byPosition: readonly number[]
}

/** Sequences of the greatest length and one token more, out of a text. */
export function drawWindows(text: Uint16Array, count: number): readonly Uint16Array[] {
  const random = createRandom(0, 'windows')
  const length = Math.max(...LENGTHS) + 1
  return Array.from({ length: count }, () => {
    const from = random.below(text.length - length)
    return text.subarray(from, from + length)
  })
}

/**
 * The losses of a model at every length.
 *
 * @param scheduleFor the schedule in force at a length
 * @param windows of `drawWindows`
 */
export async function measureLengths(
  options: ModelOptions,
  weights: Weights,
  scheduleFor: (length: number) => ScheduleOptions,
  windows: readonly Uint16Array[],
): Promise<readonly LossesAt[]> {
  const measured: LossesAt[] = []
  for (const length of LENGTHS) {
    const config = { headDim: headDimOf(options), pairing: 'half', schedule: scheduleFor(length) }
    const rope = await createRope(config as Parameters<typeof createRope>[0], { layout: 'thd' })
    const model = createTrainedModel(options, weights, rope)
    const places = Array.from({ length }, (_, i) => i)
    const all = windows.map((window) => {
      const part = window.subarray(window.length - length - 1)
      return model.surprises(part.subarray(0, length), { places, targets: part.subarray(1) })
    })
    rope.dispose()
    measured.push({ length, ...summarise(all, length) })
  }
  return measured
}

function summarise(
  all: readonly Float64Array[],
  length: number,
): Pick<LossesAt, 'last' | 'byPosition'> {
  const stretch = (from: number, to: number): number => {
    const sums = all.map((losses) => losses.subarray(from, to).reduce((sum, x) => sum + x, 0))
    return sums.reduce((sum, x) => sum + x, 0) / (all.length * (to - from))
  }
  const byPosition = Array.from({ length: length / BUCKET }, (_, i) =>
    stretch(i * BUCKET, (i + 1) * BUCKET),
  )
  return { last: stretch(length - LAST, length), byPosition }
}
