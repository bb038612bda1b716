/**
 * Keys cached as ggml's q8_0: blocks of 32 channels, each a float16 scale and 32 signed bytes, 34
 * bytes in all. They can be shifted as llama.cpp does it: widened, rotated, quantised again.
 *
 * Each shift costs up to half a step of the new scale per channel, so what need not move is left
 * alone bit for bit: tokens whose distance is 0 on every axis, and blocks outside the window.
 */

import { checkFields, checkKeys, checkRecord, checkTypedArray, reject } from '../check.js'
import { axisCount } from '../config/axes.js'
import { type RopeConfig, resolveConfig } from '../config/config.js'
import { decodeFloat16, encodeFloat16 } from '../numbers/half-float.js'
import { readWhole } from '../numbers/lists.js'
import { expandPositions } from '../positions/expand.js'
import { type Positions, readPositions } from '../positions/forms.js'
import type { LengthOptions, Rope } from '../rope/rope.js'

/** Channels of a block. */
const CHANNELS = 32
/** Bytes of a block: the scale, little-endian, then one byte per channel. */
const BYTES = 2 + CHANNELS

/** Keys in q8_0 blocks. */
export interface Q8Keys {
  /** [tokens][heads * headDim / 32] blocks of 34 bytes. */
  readonly data: Uint8Array
  readonly tokens: number
  readonly heads: number
}

function checkBlocks(length: number, unit: number, field: string): number {
  if (length % unit === 0) return length / unit
  return reject('INVALID_TENSOR', field, length, `a multiple of ${unit}`)
}

function widenBlock(blocks: Uint8Array, at: number, values: Float32Array, to: number): void {
  const scale = decodeFloat16((blocks[at] as number) | ((blocks[at + 1] as number) << 8))
  for (let c = 0; c < CHANNELS; c++) {
    const signed = ((blocks[at + 2 + c] as number) << 24) >> 24
    values[to + c] = signed * scale
  }
}

/** The nearest whole number, halves away from zero, as C's roundf. */
function roundAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5)
}

function quantiseBlock(values: Float32Array, from: number, blocks: Uint8Array, at: number): void {
  let largest = 0
  for (let c = 0; c < CHANNELS; c++) {
    largest = Math.max(largest, Math.abs(values[from + c] as number))
  }
  const scale = Math.fround(largest / 127)
  const perStep = scale === 0 ? 0 : Math.fround(1 / scale)
  const bits = encodeFloat16(scale)
  blocks[at] = bits & 0xff
  blocks[at + 1] = bits >> 8
  for (let c = 0; c < CHANNELS; c++) {
    blocks[at + 2 + c] = roundAway(Math.fround((values[from + c] as number) * perStep))
  }
}

/**
 * The numbers that q8_0 blocks stand for.
 *
 * @param given whole blocks of 34 bytes
 * @throws RopeError INVALID_TENSOR
 */
export function dequantiseQ8(given: Uint8Array): Float32Array {
  const blocks = checkTypedArray(given, 'blocks', ['Uint8Array'], 'INVALID_TENSOR')
  const count = checkBlocks(blocks.length, BYTES, 'blocks.length')
  const values = new Float32Array(count * CHANNELS)
  for (let b = 0; b < count; b++) widenBlock(blocks, b * BYTES, values, b * CHANNELS)
  return values
}

/**
 * Numbers as q8_0 blocks, quantised as ggml's reference does: scale = largest / 127, halves away
 * from zero.
 *
 * @param given a multiple of 32 of them, finite
 * @throws RopeError INVALID_TENSOR
 */
export function quantiseQ8(given: Float32Array): Uint8Array {
  const values = checkTypedArray(given, 'values', ['Float32Array'], 'INVALID_TENSOR')
  const count = checkBlocks(values.length, CHANNELS, 'values.length')
  const blocks = new Uint8Array(count * BYTES)
  for (let b = 0; b < count; b++) quantiseBlock(values, b * CHANNELS, blocks, b * BYTES)
  return blocks
}

/** The distances of every token, and which tokens move at all. */
interface Distances {
  readonly axes: readonly Float64Array[]
  readonly moved: readonly number[]
}

function distancesOf(delta: Positions, axes: number, tokens: number): Distances {
  const table = expandPositions(readPositions(delta, axes, 'delta'), 1, tokens, axes, 0)
  const moved = Array.from({ length: tokens }, (_, t) => t).filter((t) =>
    table.axes.some((axis) => axis[t] !== 0),
  )
  return {
    axes: table.axes.map((axis) => Float64Array.from(moved, (t) => axis[t] as number)),
    moved,
  }
}

/** For each block of a token: whether it has a channel of the window. */
function blocksInWindow({ config }: Rope, blocks: number): readonly boolean[] {
  const { headDim, windowOffset, rotaryDim } = config
  return Array.from({ length: blocks }, (_, b) =>
    Array.from({ length: CHANNELS }, (__, c) => (b * CHANNELS + c) % headDim).some(
      (channel) => channel >= windowOffset && channel < windowOffset + rotaryDim,
    ),
  )
}

/** The config of a rope. */
function checkRope(rope: Rope): RopeConfig {
  const { config } = checkFields(rope, 'rope', ['config', 'shift'], 'a rope of createRope')
  return resolveConfig(config as RopeConfig)
}

/**
 * Moves cached q8_0 keys by `delta` positions, in place.
 *
 * @param rope the rope they were rotated with, on a CPU backend
 * @param delta as for `rope.shift`: a number, one per token, or one of these per axis
 * @param options the length of their sequence, where the table depends on it
 * @throws RopeError INVALID_TENSOR when the blocks do not fit, INVALID_POSITIONS
 *
 * @example
 * ```ts
 * // drop the oldest 256 tokens of a full cache and move the others down
 * shiftQ8(rope, { data: cache.subarray(256 * rowBytes), tokens: 3840, heads: 8 }, -256)
 * ```
 */
export function shiftQ8(
  rope: Rope,
  keys: Q8Keys,
  delta: Positions,
  options: LengthOptions = {},
): void {
  const given = checkRecord(keys, 'keys', '{ data, tokens, heads }', 'INVALID_TENSOR')
  checkKeys(given, 'keys', ['data', 'tokens', 'heads'])
  const { headDim } = checkRope(rope)
  const data = checkTypedArray(given.data, 'keys.data', ['Uint8Array'], 'INVALID_TENSOR')
  const tokens = readWhole(given.tokens, 'keys.tokens', 0, 2 ** 31)
  const heads = readWhole(given.heads, 'keys.heads', 1, 65536)
  const width = heads * headDim
  const blocks = checkBlocks(width, CHANNELS, 'heads * headDim')
  const rowBytes = blocks * BYTES
  if (data.length !== tokens * rowBytes) {
    const accepted = `${tokens} tokens of ${blocks} blocks of ${BYTES} bytes = ${tokens * rowBytes}`
    reject('INVALID_TENSOR', 'keys.data.length', data.length, accepted)
  }
  const { axes, moved } = distancesOf(delta, axisCount(rope.config.axes), tokens)
  if (moved.length === 0) return
  const values = new Float32Array(moved.length * width)
  moved.forEach((token, i) => {
    const row = data.subarray(token * rowBytes, (token + 1) * rowBytes)
    values.set(dequantiseQ8(row), i * width)
  })
  const tensor = {
    data: values,
    shape: [moved.length, heads, headDim],
    layout: 'thd',
  } as const
  rope.shift(tensor, { axes }, options)
  const inWindow = blocksInWindow(rope, blocks)
  moved.forEach((token, i) => {
    inWindow.forEach((touched, b) => {
      if (touched) {
        quantiseBlock(values, i * width + b * CHANNELS, data, token * rowBytes + b * BYTES)
      }
    })
  })
}
