/**
 * Rotary embeddings of video and image generators: time, rows and columns (or any list of axes),
 * each with its own share of the head and its own run of frequencies.
 */
import { checkInteger, checkPositive, checkRecord } from '../check.js'
import { checkPairing } from '../contract/check-pairing.js'
import type { PairingName } from '../contract/pairing.js'
import { MOST_CHANNELS } from '../limits.js'
import { checkNumbers, type ListRules, readList, wholeNumbers } from '../numbers/lists.js'
import {
  type AxialOptions,
  axialOptions,
  checkHead,
  checkHeadDim,
  checkTheta,
  pairsOf,
  runOf,
} from './axial-options.js'

/**
 * Any number of axes with a width each, one after the other (Flux [16, 56, 56]; Qwen-Image, Hunyuan
 * Video and others): `base^(-2j / width)`.
 *
 * @param widths channels per axis, even
 * @param settings `headDim` when the head is wider than their sum; theta, 10000 when absent; the
 *   pairing, interleaved when absent; one factor on theta per axis
 * @throws RopeError INVALID_OPTION
 */
export function axialRope(
  widths: readonly number[],
  settings: {
    readonly headDim?: number
    readonly base?: number
    readonly pairing?: PairingName
    readonly baseFactors?: readonly number[]
  } = {},
): AxialOptions {
  const given = checkRecord(settings, 'settings', '{ headDim, base, pairing, baseFactors }')
  const list = readList(widths, WIDTHS)
  checkInteger(list.length, 'widths.length', 1, MOST_AXES)
  const halves = [...list].map(halfOf)
  const sum = 2 * halves.reduce((total, half) => total + half, 0)
  const base = checkTheta(given.base ?? 10000)
  const factors =
    given.baseFactors === undefined
      ? halves.map(() => 1)
      : checkNumbers(given.baseFactors, 'baseFactors', halves.length)
  return axialOptions({
    headDim: checkInteger(given.headDim ?? sum, 'headDim', sum, 65536),
    pairing: checkPairing(given.pairing ?? 'interleaved', 'pairing'),
    families: halves.map((half, i) => ({
      base: checkTheta(base * (factors[i] as number)),
      dim: 2 * half,
    })),
    pairs: halves.flatMap((half, axis) => runOf(axis, half)),
  })
}

/** As many as a config may have. */
const MOST_AXES = 64

const WIDTHS: ListRules = {
  field: 'widths',
  code: 'INVALID_OPTION',
  accepted: 'a list of channels per axis',
  elements: wholeNumbers(2, MOST_CHANNELS),
}

/** Half the channels of an axis. */
function halfOf(width: number, axis: number): number {
  return checkInteger(width / 2, `widths[${axis}] / 2`, 1, 32768)
}

/** Flux: the axes of its ids, interleaved; theta 10000. */
export function fluxRope(axesDim: readonly number[] = [16, 56, 56], base = 10000): AxialOptions {
  return axialRope(axesDim, { base })
}

/** Wan: time, rows, columns; time has what two thirds in whole pairs leave; interleaved. */
export function wanRope(given: { readonly headDim: number; readonly base?: number }): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 2)
  const sixth = Math.floor(headDim / 6)
  const widths = [headDim - 4 * sixth, 2 * sixth, 2 * sixth]
  return axialRope(widths, { base: head.base ?? 10000 })
}

/**
 * CogVideoX: time has a quarter of the head, rows and columns three eighths each; interleaved.
 * Positions are spread over the crop (`spreadCoordinates`).
 */
export function cogVideoXRope(given: {
  readonly headDim: number
  readonly base?: number
}): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 16)
  const eighth = headDim / 8
  return axialRope([2 * eighth, 3 * eighth, 3 * eighth], { base: head.base ?? 10000 })
}

/**
 * Cosmos: time, rows, columns, each with an NTK factor of its own on theta,
 * `10000 * scale^(width / (width - 2))`; half. Time is in frames at the rate of the training.
 *
 * @param given `scales` of time, rows and columns, 1 for no change
 */
export function cosmosRope(given: {
  readonly headDim: number
  readonly scales?: readonly [number, number, number]
}): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 2)
  const space = 2 * Math.floor(headDim / 6)
  const widths = [headDim - 2 * space, space, space]
  const scales = checkNumbers(head.scales ?? [1, 1, 1], 'scales', 3)
  const baseFactors = widths.map((width, i) => {
    const factor = checkPositive(scales[i], `scales[${i}]`) ** (width / (width - 2))
    return checkPositive(factor, `the factor that scales[${i}] makes with ${width} channels`)
  })
  return axialRope(widths, { pairing: 'half', baseFactors })
}

/** MiniMax M3 VL: three equal axes of even width; what is left of the head passes; half. */
export function minimaxVisionRope(given: {
  readonly headDim: number
  readonly base?: number
}): AxialOptions {
  const head = checkHead(given)
  const headDim = checkHeadDim(head.headDim, 2)
  const width = 2 * Math.floor(Math.floor(headDim / 3) / 2)
  const { base = 10000 } = head
  return axialRope([width, width, width], { headDim, base, pairing: 'half' })
}

/**
 * LTX 2: frequencies rise from pi/2 to pi/2 * theta, the axes taking turns within each; pairs that
 * are left over come first and stand still. Positions are fractions from -1 to 1 (`normalisedCoordinates`).
 */
export function ltx2Rope(head: {
  readonly headDim: number
  readonly axes?: number
  readonly base?: number
  readonly pairing?: PairingName
}): AxialOptions {
  const given = checkHead(head)
  const axes = checkInteger(given.axes ?? 3, 'axes', 1, MOST_AXES - 1)
  const base = checkTheta(given.base ?? 10000)
  const pairing = checkPairing(given.pairing ?? 'interleaved', 'pairing')
  const headDim = checkHeadDim(given.headDim, 2)
  const steps = checkInteger(Math.floor(headDim / 2 / axes), 'headDim / 2 / axes', 2, 32768)
  const still = headDim / 2 - steps * axes
  const family = { base, dim: steps - 1, multiplier: Math.PI / 2 }
  const options = axialOptions({
    headDim,
    pairing,
    families: [...Array.from({ length: axes }, () => family), { ...family, multiplier: 0 }],
    pairs: pairsOf(headDim / 2, (i) => ({
      axis: i < still ? axes : (i - still) % axes,
      exponent: i < still ? 0 : -Math.floor((i - still) / axes),
    })),
  })
  // Still pairs have a family of their own but no axis: any serves them.
  const axisOfPair = options.schedule.familyOfPair.map((axis) => axis % axes)
  return { ...options, axes: { kind: 'one-hot', count: axes, axisOfPair } }
}
