/**
 * The forms that `rope convert` writes: a model's profiles as bytes of a file, with what has to be
 * said about it.
 */

import { type PairingName, type RopeConfig, RopeError } from '@rope/core'
import { toGguf, writeGgufFile } from '@rope/core/gguf'
import { huggingFaceProfiles, toHuggingFace } from '@rope/core/huggingface'
import { toMlx } from '@rope/core/mlx'
import { toOnnx } from '@rope/core/onnx'
import { writeSafetensors } from '@rope/core/safetensors'
import { type ModelConfig, selectRotatingProfile } from '../profiles.js'

/** The names `--to` accepts. */
export const FORMS = ['legacy', 'v5', 'gguf', 'onnx', 'mlx'] as const

/** One of the forms. */
export type Form = (typeof FORMS)[number]

/** What a form may need besides the model. */
export interface FormOptions {
  readonly profile?: string
  readonly length?: number
  readonly modelType?: string
  readonly architecture?: string
}

/** A file to write. */
export interface Converted {
  readonly content: Uint8Array
  /** Whether it is text that a terminal can show. */
  readonly isText: boolean
  /** What whoever uses the file must know, one sentence each. */
  readonly notes: readonly string[]
}

/**
 * The model in another form.
 *
 * @throws RopeError INVALID_OPTION when the form cannot say what the model is, or an option is
 *   missing
 */
export function convertForm(model: ModelConfig, form: Form, options: FormOptions): Converted {
  if (form === 'gguf') return asGguf(model, options)
  if (form === 'onnx') return asOnnx(selectRotatingProfile(model, options.profile).config, options)
  if (form === 'mlx') return asMlx(selectRotatingProfile(model, options.profile).config, options)
  return asConfig(model, form, options)
}

function text(value: unknown, notes: readonly string[] = []): Converted {
  const content = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)
  return { content, isText: true, notes }
}

function asConfig(model: ModelConfig, version: 'legacy' | 'v5', options: FormOptions): Converted {
  const known = model.format === 'config.json' ? (model.modelType ?? undefined) : undefined
  const json = toHuggingFace(model.profiles, {
    version,
    modelType: options.modelType ?? known,
    maxPositionEmbeddings: model.maxPositions ?? undefined,
  })
  return text(json, pairingNotes(json, model))
}

/**
 * What has to be done to the weights before Transformers' code can read them: apart from DeepSeek
 * V3's, it does not look at `rope_interleave`.
 */
function pairingNotes(
  { rope_interleave: stated, ...json }: Readonly<Record<string, unknown>>,
  { profiles }: ModelConfig,
): readonly string[] {
  if (stated === undefined || json.model_type === 'deepseek_v3') return []
  const weights = pairingOf(profiles)
  const own = pairingOfType(json)
  if (own === weights || (own === null && weights === 'half')) return []
  if (own === null) {
    return [
      'no table knows the pairing of this model type, and these weights are interleaved: permute q and k to half (rope convert --weights) for code that has rotate_half, then use --pairing half',
    ]
  }
  return [
    `model type ${json.model_type} has ${own} weights, these are ${weights}: permute q and k to ${own} (rope convert --weights), then use --pairing ${own}`,
  ]
}

/** The pairing that follows from a model type; null for one that is in no table. */
function pairingOfType(json: Readonly<Record<string, unknown>>): PairingName | undefined | null {
  try {
    return pairingOf(huggingFaceProfiles(json))
  } catch (error) {
    if (RopeError.isInstance(error) && error.field === 'model_type') return null
    throw error
  }
}

function pairingOf(profiles: ModelConfig['profiles']): PairingName | undefined {
  return profiles.find(({ config }) => config !== null)?.config?.pairing
}

/** The options that only some forms read; the others would ignore them. */
const ONLY_FOR: readonly (readonly [keyof FormOptions, string, readonly Form[]])[] = [
  ['length', '--length', ['onnx', 'mlx']],
  ['profile', '--profile', ['onnx', 'mlx']],
  ['architecture', '--architecture', ['gguf']],
  ['modelType', '--model-type', ['legacy', 'v5']],
]

/**
 * Refuses options that the form would ignore.
 *
 * @throws RopeError INVALID_OPTION for the first of them
 */
export function checkFormOptions(form: Form, options: FormOptions): void {
  for (const [key, flag, forms] of ONLY_FOR) {
    if (options[key] === undefined || forms.includes(form)) continue
    const problem = `${flag} has no effect on --to ${form}; it is for --to ${forms.join(' and ')}: leave it out`
    throw new RopeError('INVALID_OPTION', problem, { field: flag })
  }
}

function asGguf(model: ModelConfig, options: FormOptions): Converted {
  const known = model.format === 'gguf' ? model.modelType : null
  const architecture = options.architecture ?? known
  if (architecture === null || architecture === undefined) {
    const problem = `--architecture is missing; --to gguf needs llama.cpp's name of it, such as llama or qwen2`
    throw new RopeError('INVALID_OPTION', problem, { field: '--architecture' })
  }
  const { metadata, tensors, permutation, notes } = toGguf(model.profiles, {
    architecture,
    maxPositionEmbeddings: model.maxPositions ?? undefined,
  })
  const permuted =
    permutation === null
      ? []
      : [
          `architecture ${architecture} has ${permutation.to} weights: permute q and k from ${permutation.from} (rope convert --weights)`,
        ]
  return {
    content: writeGgufFile(metadata, tensors),
    isText: false,
    notes: [...notes, ...permuted],
  }
}

function asOnnx(config: RopeConfig, { length }: FormOptions): Converted {
  if (length === undefined) {
    const problem = '--length is missing; --to onnx needs the number of rows of the caches'
    throw new RopeError('INVALID_OPTION', problem, { field: '--length' })
  }
  const { cosCache, sinCache, shape, attributes } = toOnnx(config, { length })
  const tensors = [
    { name: 'cos_cache', dtype: 'F32', shape, data: cosCache } as const,
    { name: 'sin_cache', dtype: 'F32', shape, data: sinCache } as const,
  ]
  const stated = { ...attributes, head_dim: config.headDim }
  const metadata = Object.entries(stated).map(([key, value]) => [key, `${value}`] as const)
  const note =
    'inputs of com.microsoft: input, position_ids, cos_cache, sin_cache; of opset 23: X, cos_cache, sin_cache, position_ids'
  return { content: writeSafetensors(tensors, metadata), isText: false, notes: [note] }
}

function asMlx(config: RopeConfig, { length }: FormOptions): Converted {
  const rope = toMlx(config, length)
  const { freqs, mscale } = rope
  // JSON has no infinity; a pair that stands still has an infinite period.
  const periods = freqs && Array.from(freqs, (period) => (Number.isFinite(period) ? period : 'inf'))
  const notes =
    mscale === 1 ? [] : [`multiply the first ${rope.dims} channels by mscale ${mscale} first`]
  return text({ head_dim: config.headDim, ...rope, freqs: periods }, notes)
}
