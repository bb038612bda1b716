/**
 * Rotary embeddings of vision towers: two axes over an image's patches. Each preset gives complete
 * options; axis 0 and axis 1 are named in its description, and positions go in that order.
 */
import { checkInteger, checkPositive } from '../check.js'
import type { RopeOptions } from '../config/config.js'
import {
  type AxialOptions,
  axialOptions,
  checkHead,
  checkHeadDim,
  checkTheta,
  pairsOf,
  runOf,
} from './axial-options.js'

/** A vision tower's head. */
export interface VisionHead {
  readonly headDim: number
  /** theta; each preset states its usual one. */
  readonly base?: number
}

const same = <Value>(value: Value): readonly [Value, Value] => [value, value]

/** Both axes have D/4 pairs and the frequencies theta^(-2j/(D/2)), one after the other. */
function twoRuns(given: VisionHead, base: number, pairing: 'half' | 'interleaved'): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 4)
  return axialOptions({
    headDim,
    pairing,
    families: same({ base: checkTheta(head.base ?? base), dim: headDim / 2 }),
    pairs: [...runOf(0, headDim / 4), ...runOf(1, headDim / 4)],
  })
}

/** The same frequencies, pairs taking turns. */
function takingTurns(
  given: VisionHead,
  base: number,
  pairing: 'half' | 'interleaved',
): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 4)
  return axialOptions({
    headDim,
    pairing,
    families: same({ base: checkTheta(head.base ?? base), dim: headDim / 2 }),
    pairs: pairsOf(headDim / 2, (i) => ({ axis: i % 2, exponent: i - (i % 2) })),
  })
}

/** Qwen2-VL, 2.5-VL and 3-VL vision towers: rows, then columns; theta 10000. */
export function qwen2VisionRope(head: VisionHead): AxialOptions {
  return twoRuns(head, 10000, 'half')
}

/** Muse Glimmer: columns, then rows; theta 10000. */
export function museVisionRope(head: VisionHead): AxialOptions {
  return twoRuns(head, 10000, 'half')
}

/**
 * Pixtral: rows with the even frequencies of the head, then columns with the odd ones; theta 10000.
 */
export function pixtralVisionRope(given: VisionHead): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 4)
  const quarter = headDim / 4
  return axialOptions({
    headDim,
    pairing: 'half',
    families: same({ base: checkTheta(head.base ?? 10000), dim: headDim }),
    pairs: pairsOf(2 * quarter, (i) => {
      const axis = i < quarter ? 0 : 1
      return { axis, exponent: 2 * (2 * (i - axis * quarter) + axis) }
    }),
  })
}

/**
 * Llama 4 vision: columns, then rows, both counted from 1, interleaved; theta 10000. The class token
 * comes last and stands at 0, 0 (`countedCoordinates` from 1, `trailing: 1`).
 */
export function llama4VisionRope(head: VisionHead): AxialOptions {
  return twoRuns(head, 10000, 'interleaved')
}

/** Kimi K2.5 vision (MoonViT): columns and rows take turns, the same frequencies; theta 10000. */
export function kimiVisionRope(head: VisionHead): AxialOptions {
  return takingTurns(head, 10000, 'half')
}

/**
 * EfficientLoFTR: rows and columns take turns, both counted from 1, interleaved; theta 10000.
 * `headDim` is the width of the features it rotates.
 */
export function loftrRope(head: VisionHead): AxialOptions {
  return takingTurns(head, 10000, 'interleaved')
}

/** SAM 2 and EdgeTAM: columns, then rows, interleaved; theta 10000. */
export function sam2Rope(head: VisionHead): AxialOptions {
  return twoRuns(head, 10000, 'interleaved')
}

/**
 * DINOv3: rows, then columns, as coordinates from -1 to 1 (`normalisedCoordinates`), with the frequencies
 * 2 pi * 100^(-4j/D). Class and register tokens are not rotated: leave them out of the view, or
 * give them position 0.
 */
export function dinov3Rope(given: VisionHead): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 4)
  return axialOptions({
    headDim,
    pairing: 'half',
    families: same({ base: checkTheta(head.base ?? 100), dim: headDim, multiplier: 2 * Math.PI }),
    pairs: [...runOf(0, headDim / 4, 4), ...runOf(1, headDim / 4, 4)],
  })
}

/**
 * Gemma 4 vision: each axis has its own chunk of `2 * floor(D / 4)` channels and its pairs are
 * halves of that chunk; theta 100. A pairing is one for the whole window, so this is two ropes with
 * a window each: rotate with both, the first at the columns and the second at the rows.
 */
export function gemma4VisionRopes(given: VisionHead): readonly [RopeOptions, RopeOptions] {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 4)
  const rotaryDim = headDim / 2
  const chunk = (windowOffset: number): RopeOptions => ({
    headDim,
    pairing: 'half',
    rotaryDim,
    windowOffset,
    schedule: { type: 'default', base: checkTheta(head.base ?? 100) },
  })
  return [chunk(0), chunk(rotaryDim)]
}

/**
 * Pixel frequencies on any number of axes: every axis has the same evenly spaced frequencies, one
 * after the other, interleaved; positions from -1 to 1.
 *
 * @param head `headDim` is split evenly between the axes; `maxFrequency` as in the `pixel` schedule
 */
export function pixelRope(head: {
  readonly headDim: number
  readonly axes: number
  readonly maxFrequency: number
}): RopeOptions {
  const given = checkHead(head)
  const axes = checkInteger(given.axes, 'axes', 1, 64)
  const maxFrequency = checkPositive(given.maxFrequency, 'maxFrequency')
  const headDim = checkHeadDim(given.headDim, 2 * axes)
  const perAxis = headDim / 2 / axes
  const step = perAxis === 1 ? 0 : (maxFrequency / 2 - 1) / (perAxis - 1)
  const pairs = pairsOf(headDim / 2, (i) => ({ axis: Math.floor(i / perAxis), exponent: 0 }))
  return {
    headDim,
    pairing: 'interleaved',
    schedule: {
      type: 'custom',
      inverseFrequencies: pairs.map((_, i) => Math.PI * (1 + (i % perAxis) * step)),
    },
    axes: { kind: 'one-hot', count: axes, axisOfPair: pairs.map(({ axis }) => axis) },
  }
}
