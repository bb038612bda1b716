/**
 * The check that comes before any clock: what a contender computed, against the model oracle of
 * @rope/core/reference, on a spread of tokens. CPU backends owe the same bits; peers, which may
 * fuse and reorder, owe a bound.
 */
import type { DType, RopeConfig } from '@rope/core'
import { type Elements, toFloat32Array } from '@rope/core/backend'
import { modelRotate, type OracleRows, oracleRows, pairChannels } from '@rope/core/reference'
import { shapeConfig } from '../matrix/model-shape.js'
import { firstPosition, type RotationCase } from '../matrix/rotation-case.js'
import { headCount, inputRow, rowOffset } from './input.js'

/** q and k after a rotation, dense, in the layout of the case. */
export type Rotated = readonly [Elements, Elements]

/** `bits` for backends; `bound` for those who promise no bits. */
export type Exactness = 'bits' | 'bound'

/** Tokens that are looked at: all of a few, else both ends and a spread in between. */
const LOOKED_AT = 16

/**
 * float32 arithmetic in any order, fused or not, errs by at most three roundings of 2^-24 of
 * |x cos| + |y sin|, which is at most sqrt(2) times the norm of the pair; the oracle errs by as
 * much: 2 * 3 * sqrt(2) < 9.
 */
const BOUND = 9 * 2 ** -24

/**
 * float64 rows are exact to 2^-49, not correctly rounded, so that float64 has no bits to compare:
 * sqrt(2) * (2^-49 + 6 * 2^-53) < 2^-48.
 */
const DOUBLE_BOUND = 2 ** -48

/** The tokens whose rotation is checked, in ascending order. */
export function checkedTokens(tokens: number): readonly number[] {
  if (tokens <= LOOKED_AT) return Array.from({ length: tokens }, (_, token) => token)
  const spread = Array.from({ length: LOOKED_AT - 2 }, (_, i) =>
    // The golden ratio spreads them without a period that a tile size could share.
    Math.floor(((i + 1) * 0.6180339887498949 * tokens) % tokens),
  )
  return [...new Set([0, tokens - 1, ...spread])].sort((a, b) => a - b)
}

/**
 * Compares a rotated case with the oracle. float64 is held to its bound also where bits are asked
 * for.
 *
 * @returns null when it is right, else what is wrong, in words
 */
export function checkRotation(
  rotation: RotationCase,
  rotated: Rotated,
  exactness: Exactness,
): string | null {
  const config = shapeConfig(rotation.shape, rotation.pairing)
  const bound = boundOf(rotation, exactness)
  for (const token of checkedTokens(rotation.tokens)) {
    const rows = rowsAt(config, firstPosition(rotation) + token, rotation.dtype === 'float64')
    for (const operand of [0, 1] as const) {
      for (let head = 0; head < headCount(rotation, operand); head++) {
        const at = rowOffset(rotation, operand, token, head)
        const got = rotated[operand].subarray(at, at + config.headDim)
        const input = inputRow(rotation, operand, token, head)
        const wanted = expectedHead(rotation, config, input, rows)
        const channel = firstWrong(rotation, got, wanted, bound)
        if (channel === -1) continue
        const place = `${operand === 0 ? 'q' : 'k'}, token ${token}, head ${head}, channel ${channel}`
        return `${place} is ${got[channel]}, but the oracle has ${wanted[channel]}`
      }
    }
  }
  return null
}

/** How far off a channel may be. */
interface Bound {
  /** Relative to the norm of its pair. */
  readonly relative: number
  /** On top of it, where numbers are too small to be rounded relatively. */
  readonly absolute: number
}

/**
 * Results in 16 bits are rounded once more on both sides: by half a unit of their last place, or
 * below the smallest normal number (2^-14 in float16) by half of what a subnormal counts in.
 */
const BOUNDS: Readonly<Record<DType, Bound>> = {
  float64: { relative: DOUBLE_BOUND, absolute: 0 },
  float32: { relative: BOUND, absolute: 0 },
  float16: { relative: BOUND + 2 * 2 ** -11, absolute: 2 * 2 ** -25 },
  bfloat16: { relative: BOUND + 2 * 2 ** -8, absolute: 0 },
}

/** The bound of a case; null asks for the same bits. */
function boundOf({ dtype }: RotationCase, exactness: Exactness): Bound | null {
  return exactness === 'bits' && dtype !== 'float64' ? null : BOUNDS[dtype]
}

function expectedHead(
  { dtype }: RotationCase,
  { headDim, rotaryDim, windowOffset, pairing }: RopeConfig,
  input: Elements,
  rows: OracleRows,
): Elements {
  const sizes = { batch: 1, tokens: 1, heads: 1, headDim }
  return modelRotate(input.slice(), dtype, sizes, { pairing, windowOffset, rotaryDim }, rows, 1)
}

const knownRows = new Map<string, OracleRows>()

/** The oracle's rows of one position: arbitrary precision is slow, so they are kept. */
function rowsAt(config: RopeConfig, position: number, double: boolean): OracleRows {
  const key = `${JSON.stringify(config.schedule)} ${config.rotaryDim} ${position} ${double}`
  const known = knownRows.get(key)
  if (known !== undefined) return known
  const rows = oracleRows(config, [[position]], double ? 'float64' : 'float32')
  knownRows.set(key, rows)
  return rows
}

/** The first channel that is wrong; -1 when none is. */
function firstWrong(
  rotation: RotationCase,
  got: Elements,
  wanted: Elements,
  bound: Bound | null,
): number {
  if (bound !== null) {
    const { dtype } = rotation
    return firstOutside(rotation, numbersOf(got, dtype), numbersOf(wanted, dtype), bound)
  }
  return wanted.findIndex((value, channel) => !Object.is(got[channel], value))
}

/** 16-bit elements as the numbers that they stand for. */
function numbersOf(elements: Elements, dtype: DType): ArrayLike<number> {
  return dtype === 'float64' ? (elements as Float64Array) : toFloat32Array(elements, dtype)
}

/** The first channel farther off than the bound allows, relative to the norm of its pair. */
function firstOutside(
  { shape, pairing }: RotationCase,
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { relative, absolute }: Bound,
): number {
  const pairs = shape.rotaryDim / 2
  const norms = new Float64Array(wanted.length)
  for (let i = 0; i < pairs; i++) {
    const { x, y } = pairChannels(pairing, i, pairs)
    const norm = Math.hypot(wanted[x] as number, wanted[y] as number)
    norms[x] = norm
    norms[y] = norm
  }
  return Array.from(wanted).findIndex((value, channel) => {
    const error = Math.abs((got[channel] as number) - value)
    return !(error <= relative * (norms[channel] as number) + absolute)
  })
}
