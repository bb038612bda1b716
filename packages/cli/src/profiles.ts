/**
 * A model's config.json or GGUF file -> its profiles: one rope per kind of layer. Most models have
 * one.
 */

import { type PairingName, type RopeConfig, RopeError } from '@rope/core'
import { ggufProfiles } from '@rope/core/gguf'
import { huggingFaceProfiles, languageModel } from '@rope/core/huggingface'
import { readGguf } from './files/read-gguf.js'
import { configName, readJson, STDIN } from './files/read-json.js'
import { recognise, refuseIndex } from './files/recognise.js'
import { oneLine } from './format/text.js'
import type { Io } from './io.js'
import { isMlx, mlxConfig, readOnnx } from './table-models.js'

/** One rope of a model; config is null for layers that do not rotate. */
export type Profile = ReturnType<typeof huggingFaceProfiles>[number]

/** A profile that rotates. */
export type RotatingProfile = Profile & { readonly config: RopeConfig }

/** What is read from a model's config. */
export interface ModelConfig {
  /** The file, as messages call it. */
  readonly source: string
  readonly format: 'config.json' | 'gguf' | 'mlx' | 'onnx'
  /** `model_type` of a config.json, architecture of a GGUF file; null when it is not said. */
  readonly modelType: string | null
  readonly profiles: readonly Profile[]
  /** Heads of q and of k and v; null when the file does not say. */
  readonly heads: { readonly q: number | null; readonly k: number | null }
  /** The context the model was made for, in tokens; null when the config does not say. */
  readonly maxPositions: number | null
}

/**
 * Reads a config.json or a GGUF file, or the tables that `rope convert` writes.
 *
 * @param path a file, or `-` for a config.json on standard input
 * @throws RopeError of the file or the parser; the message starts with the file's name
 */
export async function readModelConfig(
  path: string,
  pairing: PairingName | undefined,
  io: Io,
): Promise<ModelConfig> {
  const source = oneLine(configName(path))
  const options = pairing === undefined ? {} : { pairing }
  const parse = await parserOf(path, io)
  try {
    return { source, ...parse(options) }
  } catch (error) {
    throw withPrefix(error, source)
  }
}

type Parser = (options: { readonly pairing?: PairingName }) => Omit<ModelConfig, 'source'>

async function parserOf(path: string, io: Io): Promise<Parser> {
  const kind = path === STDIN ? null : await recognise(path)
  if (kind === 'gguf') return ggufParser(path)
  if (kind !== 'safetensors' && !path.endsWith('.safetensors')) return jsonParser(path, io)
  const read = await readOnnx(path)
  return ({ pairing }) => tables('onnx', read(pairing))
}

function tables(format: 'onnx' | 'mlx', config: RopeConfig): ReturnType<Parser> {
  const own = { name: 'default', config, layers: null, attentionDim: config.headDim }
  const profiles = [{ ...own, assumptions: [], warnings: [] }]
  return { format, modelType: null, profiles, heads: { q: null, k: null }, maxPositions: null }
}

async function jsonParser(path: string, io: Io): Promise<Parser> {
  const json = await readJson(path, io)
  if (isMlx(json)) return ({ pairing }) => tables('mlx', mlxConfig(json, pairing))
  refuseIndex(json, path)
  return (options) => {
    const profiles = huggingFaceProfiles(json, options)
    const own = languageModel(json as Readonly<Record<string, unknown>>)
    return {
      format: 'config.json',
      modelType: textOf(own.model_type),
      profiles,
      heads: headsOf(own),
      maxPositions: maxPositionsOf(own),
    }
  }
}

async function ggufParser(path: string): Promise<Parser> {
  const file = await readGguf(path)
  return (options) => {
    const architecture = textOf(file.metadata['general.architecture'])
    const count = (key: string): number | null => countOf(file.metadata[`${architecture}.${key}`])
    const q = count('attention.head_count')
    return {
      format: 'gguf',
      modelType: architecture,
      profiles: ggufProfiles(file, options),
      heads: { q, k: count('attention.head_count_kv') ?? q },
      maxPositions: count('context_length'),
    }
  }
}

function headsOf(json: unknown): ModelConfig['heads'] {
  const count = (key: string): number | null => countOf(property(json, key))
  const q = count('num_attention_heads') ?? count('n_head')
  return { q, k: count('num_key_value_heads') ?? q }
}

/** A whole number above 0; null for anything else, such as a list with one entry per layer. */
function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/**
 * The named profile, or the only one.
 *
 * @throws RopeError INVALID_OPTION when the name is unknown, or missing among several
 */
export function selectProfile(model: ModelConfig, name: string | undefined): Profile {
  const { profiles, source } = model
  const names = profiles.map((profile) => profile.name).join(', ')
  const [first, second] = profiles
  if (name === undefined && first !== undefined && second === undefined) return first
  const found = profiles.find((profile) => profile.name === name)
  if (found !== undefined) return found
  const problem =
    name === undefined
      ? `${source} has several profiles (${names}); choose one with --profile`
      : `${source} has no profile ${JSON.stringify(name)}; it has: ${names}`
  throw new RopeError('INVALID_OPTION', problem, { field: '--profile' })
}

/**
 * The named profile, or the only one that rotates.
 *
 * @throws RopeError INVALID_OPTION when there is none, or it is not clear which
 */
export function selectRotatingProfile(
  model: ModelConfig,
  name: string | undefined,
): RotatingProfile {
  const rotating = model.profiles.filter((profile) => profile.config !== null)
  const only = name === undefined && rotating.length === 1 ? rotating[0]?.name : name
  const { config, ...rest } = selectProfile(model, only)
  if (config !== null) return { ...rest, config }
  const problem = `profile ${rest.name} of ${model.source} does not rotate: its layers have no position embedding`
  throw new RopeError('INVALID_OPTION', problem, { field: '--profile' })
}

/** The same error with a message that says where it happened. */
export function withPrefix(error: unknown, prefix: string): unknown {
  if (!RopeError.isInstance(error)) return error
  const details = error.field === undefined ? {} : { field: error.field }
  // Core calls every config `config.json`; here the file has a name.
  const message = error.message.replace(/^(config\.json|GGUF): /, '')
  return new RopeError(error.code, `${prefix}: ${message}`, { ...details, cause: error })
}

function maxPositionsOf(json: unknown): number | null {
  const value = property(json, 'max_position_embeddings')
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : null
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}
