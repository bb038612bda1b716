/**
 * From a Hugging Face config.json to RopeConfigs, one per kind of layer. Nothing is defaulted in
 * silence: what had to be assumed, and what was not understood, is in `warnings`; what cannot be
 * done is an error that says so. Source of the rules: transformers 5.16, modeling_rope_utils.py.
 */
import { type AxesOptions, sectionAxes } from '../axes.js'
import { isRecord, show } from '../check.js'
import { type RopeConfig, resolveConfig } from '../config.js'
import { RopeError } from '../errors.js'
import { PAIRINGS, type PairingName } from '../layout/pairing.js'
import { pairingOfModelType } from './model-types.js'
import {
  agree,
  failConfig,
  type Json,
  layerParameters,
  readCount,
  readPositive,
} from './parameters.js'
import { readSchedule, readType, scheduleKeys } from './read-schedule.js'

/** The RoPE of one kind of layer of a model. */
export interface HuggingFaceProfile {
  /** `default`, or the layer type (`full_attention`, `sliding_attention`, ...). */
  readonly name: string
  /** null for layers without RoPE. */
  readonly config: RopeConfig | null
  /** What was assumed or ignored, one sentence each. */
  readonly warnings: readonly string[]
}

/** How to read a config.json. */
export interface HuggingFaceOptions {
  /** Overrides the pairing that follows from `model_type`. */
  readonly pairing?: PairingName | undefined
}

/** Keys of a parameter dictionary that are read here. */
const KNOWN: readonly string[] = [
  'rope_type',
  'type',
  'rope_theta',
  'partial_rotary_factor',
  'mrope_section',
  'mrope_interleaved',
]

/** Top-level keys about RoPE that are read here. */
const KNOWN_TOP: readonly string[] = [
  'rope_theta',
  'rope_scaling',
  'rope_parameters',
  'rotary_emb_base',
  'global_rope_theta',
  'local_rope_theta',
  'rope_local_base_freq',
  'partial_rotary_factor',
  'rotary_pct',
  'rotary_dim',
  'rope_interleave',
]

/** Multimodal models keep their language model's settings one level down. */
function languageModel(config: Json): Json {
  const inner = config.text_config
  if (config.hidden_size !== undefined || !isRecord(inner)) return config
  return { model_type: config.model_type, ...inner }
}

function readHeadDim(config: Json): number {
  const rope = readCount(config.qk_rope_head_dim, 'qk_rope_head_dim')
  const given = rope ?? readCount(config.head_dim, 'head_dim')
  if (given !== undefined) return given
  const hidden = readCount(
    agree([
      ['hidden_size', config.hidden_size],
      ['n_embd', config.n_embd],
    ]),
    'hidden_size',
  )
  const heads = readCount(
    agree([
      ['num_attention_heads', config.num_attention_heads],
      ['n_head', config.n_head],
    ]),
    'num_attention_heads',
  )
  if (hidden === undefined || heads === undefined) {
    return failConfig(
      'head_dim',
      'is missing, and so is hidden_size or num_attention_heads, from which it would follow; add head_dim',
    )
  }
  return Math.floor(hidden / heads)
}

function readBase(config: Json, parameters: Json, warnings: string[]): number {
  const base = readPositive(
    agree([
      ['rope_parameters.rope_theta', parameters.rope_theta],
      ...(parameters.rope_theta === undefined
        ? topLevelBases(config)
        : sharedBase(config, parameters)),
    ]),
    'rope_theta',
  )
  if (base !== undefined) return base
  warnings.push('rope_theta is missing; 10000, the Hugging Face default, is assumed')
  return 10000
}

function topLevelBases(config: Json): readonly (readonly [string, unknown])[] {
  return [
    ['rope_theta', config.rope_theta],
    ['rotary_emb_base', config.rotary_emb_base],
    ['global_rope_theta', config.global_rope_theta],
  ]
}

/** A base inside a flat dictionary must agree with one beside it; per-layer bases may differ. */
function sharedBase(config: Json, parameters: Json): readonly (readonly [string, unknown])[] {
  return parameters === config.rope_parameters || parameters === config.rope_scaling
    ? topLevelBases(config)
    : []
}

function readRotaryDim(config: Json, parameters: Json, headDim: number): number {
  // The proportional type pairs across the whole head and reads the share itself.
  if (readType(parameters) === 'proportional') return headDim
  const fixed = readCount(config.rotary_dim, 'rotary_dim')
  const part = readPositive(
    agree([
      ['rope_parameters.partial_rotary_factor', parameters.partial_rotary_factor],
      [
        'partial_rotary_factor',
        parameters.partial_rotary_factor === undefined ? config.partial_rotary_factor : undefined,
      ],
      ['rotary_pct', config.rotary_pct],
    ]),
    'partial_rotary_factor',
  )
  if (fixed !== undefined && part !== undefined && fixed !== Math.floor(headDim * part)) {
    failConfig(
      'rotary_dim',
      `is ${fixed}, but partial_rotary_factor ${part} of ${headDim} is ${Math.floor(headDim * part)}; keep one of the two`,
    )
  }
  // The floor of a floating-point product, as Hugging Face computes it: int(192 * 0.334) is 64.
  const rotaryDim = fixed ?? Math.floor(headDim * (part ?? 1))
  if (rotaryDim < 2 || rotaryDim > headDim || rotaryDim % 2 !== 0) {
    failConfig(
      'rotary_dim',
      `comes to ${rotaryDim} of head_dim ${headDim}; accepted: an even number from 2 to ${headDim}`,
    )
  }
  return rotaryDim
}

/** M-RoPE: consecutive sections (Qwen2-VL), or temporal, height, width in turn (Qwen3-VL). */
function readAxes(parameters: Json, pairs: number): AxesOptions | undefined {
  const sections = parameters.mrope_section
  if (sections === undefined || sections === null) return undefined
  if (
    !Array.isArray(sections) ||
    !sections.every((size) => Number.isSafeInteger(size) && size >= 0)
  ) {
    return failConfig(
      'mrope_section',
      `is ${show(sections)}; accepted: a list of whole numbers of pairs`,
    )
  }
  const total = sections.reduce((sum: number, size: number) => sum + size, 0)
  if (total !== pairs)
    failConfig('mrope_section', `sums to ${total}; accepted: ${pairs}, the number of pairs`)
  if (parameters.mrope_interleaved !== true) return sectionAxes(sections)
  if (sections.length !== 3)
    failConfig('mrope_section', `has ${sections.length} entries; interleaved sections need 3`)
  return {
    kind: 'one-hot',
    count: 3,
    axisOfPair: Array.from({ length: pairs }, (_, i) =>
      i % 3 !== 0 && i < 3 * sections[i % 3] ? i % 3 : 0,
    ),
  }
}

function readPairing(config: Json, options: HuggingFaceOptions, warnings: string[]): PairingName {
  const given: unknown = options.pairing
  if (given !== undefined) {
    if (PAIRINGS.includes(given as PairingName)) return given as PairingName
    throw new RopeError(
      'INVALID_OPTION',
      `pairing is ${show(given)}; accepted: 'half' or 'interleaved'`,
      { field: 'pairing' },
    )
  }
  const known = config.rope_interleave === false ? 'half' : pairingOfModelType(config.model_type)
  if (known === undefined) {
    warnings.push(
      `model_type ${show(config.model_type)} is not in the table of pairings; 'half', the most common one, is assumed`,
    )
  }
  return known ?? 'half'
}

function warnUnread(config: Json, parameters: Json, warnings: string[]): void {
  const read = scheduleKeys(parameters)
  for (const key of Object.keys(parameters)) {
    if (!KNOWN.includes(key) && !read.includes(key))
      warnings.push(`${key} in the RoPE parameters is not read`)
  }
  for (const key of Object.keys(config)) {
    if (/rope|rotary/.test(key) && !KNOWN_TOP.includes(key) && key !== 'qk_rope_head_dim') {
      warnings.push(`${key} is not read`)
    }
  }
}

function readProfile(
  config: Json,
  name: string,
  parameters: Json | null,
  options: HuggingFaceOptions,
): HuggingFaceProfile {
  const warnings: string[] = []
  if (parameters === null) return { name, config: null, warnings }
  const headDim = readHeadDim(config)
  const rotaryDim = readRotaryDim(config, parameters, headDim)
  const base = readBase(config, parameters, warnings)
  const schedule = readSchedule(config, parameters, base, warnings)
  const axes = readAxes(parameters, rotaryDim / 2)
  const pairing = readPairing(config, options, warnings)
  warnUnread(config, parameters, warnings)
  const resolved = resolveConfig({
    headDim,
    rotaryDim,
    pairing,
    schedule,
    ...(axes === undefined ? {} : { axes }),
  })
  return { name, config: resolved, warnings }
}

/**
 * Every kind of layer of a Hugging Face config.json with its RoPE.
 *
 * @param json the parsed config.json
 * @throws RopeError INVALID_CONFIG when it lacks something or contradicts itself,
 *   UNKNOWN_SCHEDULE when its rope type is not implemented
 */
export function huggingFaceProfiles(
  json: unknown,
  options: HuggingFaceOptions = {},
): readonly HuggingFaceProfile[] {
  if (!isRecord(json)) failConfig('the file', `holds ${show(json)}; accepted: a JSON object`)
  const config = languageModel(json)
  return layerParameters(config).map(({ name, parameters }) => {
    try {
      return readProfile(config, name, parameters, options)
    } catch (error) {
      if (
        !RopeError.isInstance(error) ||
        error.code !== 'INVALID_OPTION' ||
        error.field === 'pairing'
      )
        throw error
      throw new RopeError('INVALID_CONFIG', `config.json: ${error.message}`, {
        cause: error,
        ...(error.field === undefined ? {} : { field: error.field }),
      })
    }
  })
}

/**
 * The RoPE of a Hugging Face config.json.
 *
 * @param json the parsed config.json
 * @param options `profile` names the kind of layer when the model has several
 * @throws RopeError INVALID_CONFIG, UNKNOWN_SCHEDULE, or INVALID_OPTION when a profile must be named
 *
 * @example
 * ```ts
 * const config = fromHuggingFace(JSON.parse(await readFile('config.json', 'utf8')))
 * const rope = createRope(config, { backend: createJsBackend(), layout: 'bshd' })
 * ```
 */
export function fromHuggingFace(
  json: unknown,
  options: HuggingFaceOptions & { readonly profile?: string | undefined } = {},
): RopeConfig {
  const profiles = huggingFaceProfiles(json, options)
  const names = profiles.map(({ name }) => `'${name}'`).join(', ')
  const [only, ...others] = profiles
  const chosen =
    options.profile === undefined
      ? others.length === 0
        ? only
        : undefined
      : profiles.find(({ name }) => name === options.profile)
  if (chosen === undefined) {
    const given =
      options.profile === undefined
        ? 'is missing, and the model has several kinds of layers'
        : `is ${show(options.profile)}`
    throw new RopeError('INVALID_OPTION', `profile ${given}; accepted: ${names}`, {
      field: 'profile',
    })
  }
  if (chosen.config === null) {
    throw new RopeError(
      'INVALID_CONFIG',
      `config.json: layers '${chosen.name}' have no RoPE; choose another profile of ${names}`,
      { field: 'profile' },
    )
  }
  return chosen.config
}
