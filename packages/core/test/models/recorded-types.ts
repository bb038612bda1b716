/**
 * What `tooling/golden/model_table.py` recorded, and the four spellings in which each config is
 * given to the reader: as transformers writes it, without its RoPE keys, and as it was before version 5.
 */
import { readFileSync } from 'node:fs'

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>

/** Layers that a model rotates alike, as its code did it. */
export interface RecordedGroup {
  /** null for all layers. */
  readonly layers: readonly number[] | null
  readonly headDim: number
  readonly pairing: 'half' | 'interleaved'
  /** The first channel of the first pair, and how far its partner is. */
  readonly first: number
  readonly step: number
  readonly inverse: boolean
  readonly amplitude: number
  /** An index into the recorded lists. */
  readonly frequencies: number
  readonly axes: readonly number[] | null
}

/** One model type; no groups where nothing rotates. */
export interface RecordedType {
  readonly type: string
  readonly config: Json
  readonly groups: readonly RecordedGroup[]
}

interface RecordedFile {
  readonly frequencies: readonly string[]
  readonly cases: readonly RecordedType[]
}

const file = JSON.parse(
  readFileSync(new URL('./recorded-types.json', import.meta.url), 'utf8'),
) as RecordedFile

/** Every model type. */
export const RECORDED_TYPES: readonly RecordedType[] = file.cases

/** Radians per position of the pairs that turn. */
export function recordedFrequencies({ frequencies }: RecordedGroup): Float32Array {
  const bytes = Buffer.from(file.frequencies[frequencies] ?? '', 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** The keys about RoPE that transformers fills in where a file lacks them. */
const ROPE_KEYS: readonly string[] = ['rope_parameters', 'rope_scaling', 'rope_theta']

/** Spellings of a config by name; undefined where a config has no such spelling. */
export const SPELLINGS: Readonly<Record<string, (config: Json) => Json | undefined>> = {
  full: (config) => config,
  'without RoPE keys': withoutKeys,
  legacy,
  'without the channels of a head': withoutHeads,
}

function withoutKeys(config: Json): Json {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !ROPE_KEYS.includes(key)))
}

/** Keys that the code computes, or has a default for. */
const HEAD_KEYS: readonly string[] = ['head_dim', 'attention_head_dim', 'attention_hidden_size']

function withoutHeads(config: Json): Json | undefined {
  if (!HEAD_KEYS.some((key) => key in config)) return undefined
  return Object.fromEntries(Object.entries(config).filter(([key]) => !HEAD_KEYS.includes(key)))
}

/** `rope_theta`, `partial_rotary_factor` and `rope_scaling` with `type`: configs with one dictionary. */
function legacy(config: Json): Json | undefined {
  const { rope_parameters: parameters } = config
  if (typeof parameters !== 'object' || parameters === null) return undefined
  const { rope_theta, partial_rotary_factor, rope_type, ...rest } = parameters as Json
  if (rope_theta === undefined || Object.values(parameters).some(isRecord)) return undefined
  const isPlain = rope_type === 'default' && Object.keys(rest).length === 0
  return {
    ...withoutKeys(config),
    rope_theta,
    rope_scaling: isPlain ? null : { ...rest, type: rope_type },
    ...(partial_rotary_factor === undefined ? {} : { partial_rotary_factor }),
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
