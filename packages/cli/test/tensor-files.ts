/**
 * Safetensors files for the tests, and the rotation they should come back with: the element-wise
 * formula of the paper, one rounding to float32 per product and sum, written out plainly.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeBFloat16, decodeFloat16, encodeBFloat16, encodeFloat16 } from '@rope/core/backend'
import {
  parseSafetensors,
  type SafetensorsInput,
  tensorData,
  writeSafetensors,
} from '@rope/core/safetensors'
import { temporaryFolder } from './helpers.js'

/** Numbers around 0 that look random and are the same in every run. */
export function numbers(length: number, seed = 1): readonly number[] {
  let state = seed
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.fround(state / 2 ** 31 - 1)
  })
}

/** A tensor with such numbers. */
export function tensor(
  name: string,
  dtype: 'F64' | 'F32' | 'F16' | 'BF16',
  shape: readonly number[],
): SafetensorsInput {
  const values = numbers(
    shape.reduce((product, size) => product * size, 1),
    name.length + 1,
  )
  return { name, dtype, shape, data: encode(values, dtype) }
}

/** Numbers as the elements of a dtype. */
export function encode(
  values: readonly number[],
  dtype: 'F64' | 'F32' | 'F16' | 'BF16',
): Float64Array | Float32Array | Uint16Array {
  if (dtype === 'F64') return Float64Array.from(values)
  if (dtype === 'F32') return Float32Array.from(values)
  return Uint16Array.from(values, dtype === 'F16' ? encodeFloat16 : encodeBFloat16)
}

/** The elements of a dtype as numbers. */
export function decode(data: ArrayLike<number>, dtype: string): readonly number[] {
  if (dtype === 'F16') return Array.from(data, decodeFloat16)
  return dtype === 'BF16' ? Array.from(data, decodeBFloat16) : Array.from(data)
}

/** Writes a file into a folder of its own and returns its path. */
export function tensorFile(
  tensors: readonly SafetensorsInput[],
  metadata: readonly (readonly [string, string])[] = [],
): string {
  const path = join(temporaryFolder(), 'in.safetensors')
  writeFileSync(path, writeSafetensors(tensors, metadata))
  return path
}

/** One tensor of a written file, as numbers. */
export function readTensor(path: string, name: string): readonly number[] {
  const file = parseSafetensors(new Uint8Array(readFileSync(path)))
  return decode(tensorData(file, name) as ArrayLike<number>, file.tensors.get(name)?.dtype ?? '')
}

/** How to rotate. */
export interface Rotated {
  readonly heads: number
  readonly headDim: number
  /** Position of row `index`, where a row is one head of one token, in memory order. */
  positionOf(row: number): number
  readonly rotaryDim?: number
  readonly pairing?: 'half' | 'interleaved'
  readonly base?: number
  readonly inverse?: boolean
  /** float32 by default. */
  readonly double?: boolean
}

/** The rotation of rows of `headDim` channels. */
export function rotated(values: readonly number[], how: Rotated): readonly number[] {
  const { headDim, rotaryDim = headDim, pairing = 'half', base = 10000, inverse = false } = how
  const round = how.double === true ? (value: number) => value : Math.fround
  const pairs = rotaryDim / 2
  const result = [...values]
  for (let row = 0; row * headDim < values.length; row++) {
    for (let pair = 0; pair < pairs; pair++) {
      const angle = how.positionOf(row) * base ** ((-2 * pair) / rotaryDim)
      const cos = round(Math.cos(angle))
      const sin = round(inverse ? -Math.sin(angle) : Math.sin(angle))
      const first = row * headDim + (pairing === 'half' ? pair : 2 * pair)
      const second = first + (pairing === 'half' ? pairs : 1)
      const x = values[first] ?? Number.NaN
      const y = values[second] ?? Number.NaN
      result[first] = round(round(x * cos) - round(y * sin))
      result[second] = round(round(y * cos) + round(x * sin))
    }
  }
  return result
}
