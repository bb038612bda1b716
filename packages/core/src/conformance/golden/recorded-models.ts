/**
 * q and k as real models rotate them: recorded from Hugging Face transformers with PyTorch, with
 * the model's own cos and sin. What each model is in this library's words stands here.
 */

import { sectionAxes } from '../../config/axes.js'
import type { RopeOptions } from '../../config/config.js'
import type { PairingName } from '../../contract/pairing.js'
import type { Elements } from '../../numbers/dtype.js'
import { interleavedAxes } from '../../presets/text.js'
import {
  dinov3Rope,
  llama4VisionRope,
  pixtralVisionRope,
  qwen2VisionRope,
} from '../../presets/vision.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import { permutePairing } from '../../weights/permute-pairing.js'
import type { Rows } from '../judge/rows.js'
import { elementsFrom } from '../memory/elements.js'
import { bfloat16OfBase64, float32OfBase64, recordedNumbers } from './recorded.js'
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import data from './recorded-models.json' with { type: 'json' }

/** The dtypes that were recorded. */
export type RecordedDType = 'float32' | 'bfloat16'

/** q has two heads, k one. */
export type RecordedOperand = 'q' | 'k'

/** One recorded model, as the file holds it. */
interface RecordedCase {
  readonly name: string
  readonly source: string
  /** Per axis, one position per token that is rotated. */
  readonly positions: readonly (readonly number[])[]
  /** Tokens before them that are not rotated. */
  readonly prefix: number
  readonly tokens: number
  readonly heads: Readonly<Record<RecordedOperand, number>>
  readonly headDim: number
  readonly pairs: number
  readonly cos: string
  readonly sin: string
  readonly float32: Readonly<Record<RecordedOperand, string>>
  readonly bfloat16: Readonly<Record<RecordedOperand, string>>
  /** With bfloat16 tensors: whether the model rounds cos and sin too, and how it computes. */
  readonly rows: RecordedDType
  readonly arithmetic: RecordedDType
  /** The model's float32 inverse frequencies; absent where its table is made in double. */
  readonly frequencies?: string
}

/** A recorded model, and what it is in this library's words. */
export interface RecordedModel {
  readonly name: string
  readonly source: string
  /** `angles` as the model makes them. */
  readonly options: RopeOptions
  /** Per axis, one position per token; 0 for tokens that are not rotated. */
  readonly positions: readonly (readonly number[])[]
  readonly tokens: number
  readonly heads: Readonly<Record<RecordedOperand, number>>
  readonly headDim: number
  readonly pairs: number
  /** cos and sin of float32 tensors, [tokens, pairs]. */
  readonly rows: Rows
  /** Radians per position of each pair as the model has them; null where they are double. */
  readonly frequencies: Float64Array | null
  /** Roundings to bfloat16 that the model makes with bfloat16 tensors: of cos and sin, and after. */
  readonly roundings: { readonly rows: 0 | 1; readonly results: 1 | 2 }
  /** What was rotated, [tokens, heads, headDim]. */
  input(operand: RecordedOperand, dtype: RecordedDType): Elements
  /** What came out, channels in the order of the input. */
  output(operand: RecordedOperand, dtype: RecordedDType): Elements
}

function defaults(
  pairing: PairingName,
  headDim: number,
  base: number,
  more: Partial<RopeOptions> = {},
): RopeOptions {
  return { headDim, pairing, schedule: { type: 'default', base }, ...more }
}

function llama3(factor: number, highFreqFactor: number): ScheduleOptions {
  return {
    type: 'llama3',
    base: 500000,
    factor,
    lowFreqFactor: 1,
    highFreqFactor,
    originalMaxPositionEmbeddings: 8192,
  }
}

const DEEPSEEK: ScheduleOptions = {
  type: 'yarn',
  base: 10000,
  factor: 40,
  betaFast: 32,
  betaSlow: 1,
  mscale: 1,
  mscaleAllDim: 1,
  originalMaxPositionEmbeddings: 4096,
}

/** The schedule of gpt-oss, whose attention factor is not 1. */
const GPT_OSS: ScheduleOptions = {
  type: 'yarn',
  base: 150000,
  factor: 32,
  betaFast: 32,
  betaSlow: 1,
  truncate: false,
  originalMaxPositionEmbeddings: 4096,
}

const OPTIONS: Readonly<Record<string, RopeOptions>> = {
  llama: { headDim: 128, pairing: 'half', schedule: llama3(8, 4) },
  'llama-yarn': { headDim: 64, pairing: 'half', schedule: GPT_OSS },
  gptj: defaults('interleaved', 80, 10000, { rotaryDim: 64 }),
  'gpt-neox': defaults('half', 96, 10000, { rotaryDim: 24 }),
  glm: defaults('interleaved', 128, 10000, { rotaryDim: 64 }),
  cohere: defaults('interleaved', 128, 10000),
  'qwen2-vl': defaults('half', 128, 1000000, { axes: sectionAxes([16, 24, 24]) }),
  'qwen2-vl-vision': qwen2VisionRope({ headDim: 80 }),
  'qwen3-vl': defaults('half', 128, 5000000, { axes: interleavedAxes([24, 20, 20]) }),
  'deepseek-v3': { headDim: 64, pairing: 'interleaved', schedule: DEEPSEEK },
  'llama4-text': { headDim: 128, pairing: 'interleaved', schedule: llama3(16, 1) },
  'llama4-vision': llama4VisionRope({ headDim: 88 }),
  pixtral: pixtralVisionRope({ headDim: 64 }),
  'gemma3-full': {
    headDim: 128,
    pairing: 'half',
    schedule: { type: 'linear', base: 1000000, factor: 8 },
  },
  'gemma3-sliding': defaults('half', 128, 10000),
  'modernbert-full': defaults('half', 64, 160000),
  'modernbert-sliding': defaults('half', 64, 10000),
  dinov3: dinov3Rope({ headDim: 64 }),
  roformer: defaults('interleaved', 64, 10000, { angles: 'exact' }),
}

/** DeepSeek V3 reads pairs interleaved and writes them as halves. */
const WRITES_HALVES: readonly string[] = ['deepseek-v3']

/** DINOv3 keeps its frequencies without their factor 2 pi. */
function frequenciesOf({ name, frequencies }: RecordedCase): Float64Array | null {
  if (frequencies === undefined) return null
  const factor = name === 'dinov3' ? 2 * Math.PI : 1
  return Float64Array.from(float32OfBase64(frequencies), (frequency) => factor * frequency)
}

/** Rows with cos 1 and sin 0 for the tokens that are not rotated. */
function rowsOf({ cos, sin, prefix, pairs }: RecordedCase): Rows {
  const still = prefix * pairs
  const row = (text: string, value: number): Float64Array =>
    Float64Array.from([...Array<number>(still).fill(value), ...float32OfBase64(text)])
  return { cos: row(cos, 1), sin: row(sin, 0) }
}

function outputOf(
  recorded: RecordedCase,
  operand: RecordedOperand,
  dtype: RecordedDType,
): Elements {
  const text = recorded[dtype][operand]
  const output = dtype === 'float32' ? float32OfBase64(text) : bfloat16OfBase64(text)
  if (!WRITES_HALVES.includes(recorded.name)) return output
  const { tokens, heads, headDim } = recorded
  const rows = { heads: tokens * heads[operand], headDim }
  return permutePairing(output, { from: 'half', to: 'interleaved', ...rows })
}

function modelOf(recorded: RecordedCase, options: RopeOptions): RecordedModel {
  const { name, source, prefix, tokens, heads, headDim, pairs, rows, arithmetic } = recorded
  return {
    ...{ name, source, tokens, heads, headDim, pairs },
    options: { angles: 'float32', ...options },
    positions: recorded.positions.map((axis) => [...Array<number>(prefix).fill(0), ...axis]),
    rows: rowsOf(recorded),
    frequencies: frequenciesOf(recorded),
    roundings: {
      rows: rows === 'bfloat16' ? 1 : 0,
      results: arithmetic === 'bfloat16' ? 2 : 1,
    },
    input: (operand, dtype) =>
      elementsFrom(
        dtype,
        recordedNumbers(tokens * heads[operand] * headDim, operand === 'q' ? 1 : 2),
      ),
    output: (operand, dtype) => outputOf(recorded, operand, dtype),
  }
}

/** Every recorded model. */
export function recordedModels(): readonly RecordedModel[] {
  return (data.cases as readonly RecordedCase[]).map((recorded) => {
    const options = OPTIONS[recorded.name]
    if (options === undefined) throw new Error(`no options for recorded model ${recorded.name}`)
    return modelOf(recorded, options)
  })
}
