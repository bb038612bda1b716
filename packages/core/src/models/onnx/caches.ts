/**
 * The cos and sin caches of ONNX's RotaryEmbedding, which exists twice with different orders of
 * inputs: `com.microsoft` (contrib) and opset 23. Tables are all that ONNX knows of a schedule, so
 * reading finds the frequencies in them, and the base where they have one.
 * Source: onnx/docs/Operators.md and onnxruntime/docs/ContribOperators.md.
 */
import {
  checkFields,
  checkInteger,
  checkKeys,
  checkRecord,
  checkTypedArray,
  checkWord,
  reject,
} from '../../check.js'
import { computeFrequencies, type RopeConfig, resolveConfig } from '../../config/config.js'
import { checkPairing } from '../../contract/check-pairing.js'
import type { PairingName } from '../../contract/pairing.js'
import { RopeError } from '../../errors.js'
import { MOST_TABLE_NUMBERS } from '../../limits.js'
import { expandPositions } from '../../positions/expand.js'
import { readPositions } from '../../positions/forms.js'
import { createRotationBuilder } from '../../rotation/rotation.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'

/** Where the operator lives: ONNX Runtime's own domain, or ONNX from opset 23 on. */
export type OnnxDomain = 'com.microsoft' | 'ai.onnx'

/** The caches and attributes of one operator. */
export interface OnnxRotary {
  /** [length, pairs], row by row, times the attention factor. */
  readonly cosCache: Float32Array
  readonly sinCache: Float32Array
  /** [length, pairs]. */
  readonly shape: readonly [length: number, pairs: number]
  readonly attributes: {
    /** 1 when adjacent channels pair up. */
    readonly interleaved: 0 | 1
    /** Channels that rotate; 0 for all of them. */
    readonly rotary_embedding_dim: number
  }
}

/** How long the caches are, and for which sequences. */
export interface OnnxOptions {
  /** Positions 0 to `length - 1` have a row. */
  readonly length: number
  /** Tokens of the sequences that use them, for schedules that ask for it; `length` when absent. */
  readonly sequenceLength?: number | undefined
}

/** The order of the operator's inputs. The two differ: mixing them up is silent. */
export const ONNX_INPUTS: Readonly<Record<OnnxDomain, readonly OnnxInput[]>> = {
  'com.microsoft': ['input', 'position_ids', 'cos_cache', 'sin_cache'],
  'ai.onnx': ['input', 'cos_cache', 'sin_cache', 'position_ids'],
}

/** An input of the operator; `input` is called X in opset 23. */
export type OnnxInput = 'input' | 'position_ids' | 'cos_cache' | 'sin_cache'

/**
 * The inputs of the operator in the order of a domain.
 *
 * @throws RopeError INVALID_OPTION for an unknown domain
 */
export function onnxInputs<Value>(
  domain: OnnxDomain,
  inputs: Readonly<Record<OnnxInput, Value>>,
): readonly Value[] {
  checkWord(domain, 'domain', ['com.microsoft', 'ai.onnx'])
  const names = ONNX_INPUTS[domain]
  const given = checkFields(inputs, 'inputs', names, `{ ${names.join(', ')} }`)
  return names.map((name) => given[name] as Value)
}

/**
 * The caches of a config.
 *
 * @throws RopeError INVALID_OPTION when the operator cannot do what the config says (a window that
 *   does not start at channel 0, several axes, rows that are not rotations), or for a cache of more
 *   than 2^26 numbers, which are 256 MiB
 *
 * @example
 * ```ts
 * const { cosCache, sinCache, shape, attributes } = toOnnx(config, { length: 4096 })
 * ```
 */
export function toOnnx(config: RopeConfig, options: OnnxOptions): OnnxRotary {
  const { headDim, rotaryDim, pairing } = checkTable(config, 'RotaryEmbedding')
  const given = checkRecord(options, 'options', '{ length }')
  checkKeys(given, 'options', ['length', 'sequenceLength'])
  const pairs = rotaryDim / 2
  const length = checkRows(given.length, pairs)
  const frequencies = computeFrequencies(config, (given.sequenceLength ?? length) as number)
  const table = expandPositions(readPositions(0, 1), 1, length, 1)
  const { cos, sin } = createRotationBuilder(config, frequencies).build(table, 'float32')
  return {
    cosCache: cos as Float32Array,
    sinCache: sin as Float32Array,
    shape: [length, pairs],
    attributes: {
      interleaved: pairing === 'interleaved' ? 1 : 0,
      rotary_embedding_dim: rotaryDim === headDim ? 0 : rotaryDim,
    },
  }
}

function checkRows(length: unknown, pairs: number): number {
  const most = Math.floor(MOST_TABLE_NUMBERS / pairs)
  if (Number.isInteger(length) && (length as number) >= 1 && (length as number) <= most) {
    return length as number
  }
  const accepted = `an integer from 1 to ${most}: caches of ${pairs} pairs have at most ${MOST_TABLE_NUMBERS} numbers each`
  return reject('INVALID_OPTION', 'length', length, accepted)
}

/** Refuses configs that are more than one table of leading channels. */
export function checkTable(given: RopeConfig, form: string): RopeConfig {
  const config = resolveConfig(given)
  const fail = (field: string, problem: string): never => {
    throw new RopeError('INVALID_OPTION', `${field} ${problem}, which ${form} cannot do`, { field })
  }
  if (config.axes !== null) fail('axes', 'give a token several positions')
  if (config.windowOffset !== 0) fail('windowOffset', `is ${config.windowOffset}`)
  const { type } = config.schedule
  if (type === 'xpos' || type === 'fope') fail('schedule.type', `'${type}' is more than a rotation`)
  return config
}

/** Caches to read. */
export interface OnnxCaches {
  readonly cosCache: Float32Array
  readonly sinCache: Float32Array
  readonly headDim: number
  readonly pairing: PairingName
  /** Channels that rotate; `headDim` when absent or 0. */
  readonly rotaryDim?: number | undefined
}

/**
 * The config behind cos and sin caches: `default` or `linear` where these give the same bits, else
 * the list of frequencies, accurate to the rounding of the last row.
 *
 * @throws RopeError INVALID_OPTION when the caches have another shape, fewer than two rows, or rows
 *   that are not rotations by growing angles
 */
export function fromOnnx(given: OnnxCaches): RopeConfig {
  const caches = checkCaches(given)
  const { cosCache, sinCache, headDim, pairing, rotaryDim } = caches
  const pairs = rotaryDim / 2
  const rows = cosCache.length / pairs
  if (cosCache.length !== sinCache.length || !Number.isInteger(rows) || rows < 2) {
    reject(
      'INVALID_OPTION',
      'cosCache.length',
      cosCache.length,
      `sinCache's, 2 or more rows of ${pairs}`,
    )
  }
  const attentionFactor = cosCache[0] as number
  const inverseFrequencies = Array.from({ length: pairs }, (_, i) => frequencyOf(caches, pairs, i))
  const config = (schedule: ScheduleOptions): RopeConfig =>
    resolveConfig({ headDim, rotaryDim, pairing, schedule })
  const amplitude = attentionFactor === 1 ? {} : { attentionFactor }
  const list = config({ type: 'custom', inverseFrequencies, ...amplitude })
  checkSameRows(caches, list, rows)
  if (attentionFactor !== 1) return list
  const known = recognised(inverseFrequencies).map(config)
  return known.find((candidate) => isSame(caches, candidate, rows)) ?? list
}

function checkCaches(given: OnnxCaches): OnnxCaches & { readonly rotaryDim: number } {
  const caches = checkRecord(given, 'caches', '{ cosCache, sinCache, headDim, pairing }')
  const headDim = checkInteger(caches.headDim, 'headDim', 2, 65536)
  const rotaryDim = checkInteger(caches.rotaryDim ?? 0, 'rotaryDim', 0, headDim) || headDim
  if (rotaryDim % 2 !== 0) reject('INVALID_OPTION', 'rotaryDim', rotaryDim, 'an even number')
  return {
    cosCache: checkTypedArray(caches.cosCache, 'cosCache', ['Float32Array']),
    sinCache: checkTypedArray(caches.sinCache, 'sinCache', ['Float32Array']),
    pairing: checkPairing(caches.pairing, 'pairing'),
    headDim,
    rotaryDim,
  }
}

/** The angle per position: each doubling of the position halves what is not known of it. */
function frequencyOf({ cosCache, sinCache }: OnnxCaches, pairs: number, pair: number): number {
  const rows = cosCache.length / pairs
  const angle = (row: number): number =>
    Math.atan2(sinCache[row * pairs + pair] as number, cosCache[row * pairs + pair] as number)
  let frequency = angle(1)
  for (let row = 2; row < rows; row = row * 2) frequency = refine(frequency, row, angle(row))
  return refine(frequency, rows - 1, angle(rows - 1))
}

function refine(frequency: number, row: number, angle: number): number {
  const turn = 2 * Math.PI
  const rest = angle - frequency * row
  return frequency + (rest - turn * Math.round(rest / turn)) / row
}

/** Default and linear schedules near a list of frequencies. */
function recognised(frequencies: readonly number[]): readonly ScheduleOptions[] {
  const pairs = frequencies.length
  const [first, last] = [frequencies[0] as number, frequencies[pairs - 1] as number]
  if (pairs < 2 || !(last > 0) || first < last) return []
  const base = (first / last) ** (pairs / (pairs - 1))
  return [1, 2, 3, 4, 5, 6, 7, 8].flatMap((digits): readonly ScheduleOptions[] => {
    const round = (value: number): number => Number(value.toPrecision(digits))
    const [rounded, factor] = [round(base), round(1 / first)]
    if (rounded < 1) return []
    if (factor === 1) return [{ type: 'default', base: rounded }]
    return [{ type: 'linear', base: rounded, factor }]
  })
}

function isSame({ cosCache, sinCache }: OnnxCaches, config: RopeConfig, rows: number): boolean {
  const own = toOnnx(config, { length: rows })
  const equal = (a: Float32Array, b: Float32Array): boolean => a.every((value, i) => value === b[i])
  return equal(own.cosCache, cosCache) && equal(own.sinCache, sinCache)
}

/** Half a unit of float32 in the caches, half a unit in ours, and what the last row adds. */
const TOLERANCE = 2 ** -22

function checkSameRows({ cosCache, sinCache }: OnnxCaches, config: RopeConfig, rows: number): void {
  const own = toOnnx(config, { length: rows })
  const limit = TOLERANCE * Math.max(1, Math.abs(cosCache[0] as number))
  const bad = own.cosCache.findIndex(
    (cos, i) =>
      !(Math.abs(cos - (cosCache[i] as number)) <= limit) ||
      !(Math.abs((own.sinCache[i] as number) - (sinCache[i] as number)) <= limit),
  )
  if (bad < 0) return
  const pairs = config.rotaryDim / 2
  const where = `row ${Math.floor(bad / pairs)}, pair ${bad % pairs}`
  reject(
    'INVALID_OPTION',
    `the cos of ${where}`,
    cosCache[bad],
    `${own.cosCache[bad]}, as the other rows say`,
  )
}
