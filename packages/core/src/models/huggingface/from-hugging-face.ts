/**
 * From a Hugging Face config.json to RopeConfigs, one per kind of layer. Nothing is defaulted in
 * silence: what had to be assumed, and what was not understood, is in `warnings`; what cannot be
 * done is an error that says so. Source of the rules: transformers 5.16, modeling_rope_utils.py.
 */
import { checkRecord, isRecord, readDocument, show } from '../../check.js'
import { type RopeConfig, resolveConfig } from '../../config/config.js'
import { PAIRINGS, type PairingName } from '../../contract/pairing.js'
import { RopeError } from '../../errors.js'
import type { RopeProfile } from '../profile.js'
import { type LayerParameters, layerParameters } from './layer-parameters.js'
import { baseOfModelType, pairingOfModelType } from './model-types.js'
import { agree, failConfig, type Json, readPositive } from './parameters.js'
import { readAxes } from './read-axes.js'
import { readSchedule, scheduleKeys } from './read-schedule.js'
import { readWindow } from './window.js'

/** The RoPE of one kind of layer of a model. */
export type HuggingFaceProfile = RopeProfile

/** How to read a config.json. */
export interface HuggingFaceOptions {
  /** Overrides the pairing that follows from `model_type`. */
  readonly pairing?: PairingName | undefined
}

/** Keys of a parameter dictionary that are read for every rope type. */
const KNOWN: readonly string[] = [
  ...['rope_type', 'type', 'rope_theta', 'partial_rotary_factor'],
  ...['mrope_section', 'mrope_interleaved', 'xdrope_section'],
]

/** Top-level keys about RoPE that are read. */
const KNOWN_TOP: readonly string[] = [
  ...['rope_theta', 'rope_scaling', 'rope_parameters', 'rotary_emb_base', 'global_rope_theta'],
  ...['rope_base', 'local_rope_theta', 'rope_local_base_freq', 'swa_rope_theta'],
  ...['compress_rope_theta', 'layer_rope_theta', 'no_rope_layers', 'no_rope_layer_interval'],
  ...['partial_rotary_factor', 'partial_rotary_factors', 'rotary_pct', 'rotary_dim', 'rope_pct'],
  ...['rope_percent', 'rope_interleave', 'qk_rope_head_dim'],
]

/** Keys that belong to attention's temperature: no angle depends on them. */
const COMPANIONS: readonly string[] = ['llama_4_scaling_beta', 'attn_scale', 'floor_scale']

/** Multimodal models keep their language model's settings one level down. */
function languageModel(config: Json): Json {
  const inner = config.text_config
  if (config.hidden_size !== undefined || !isRecord(inner)) return config
  return { model_type: config.model_type, ...inner }
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
  const known = baseOfModelType(config.model_type)
  const owner = known === 10000 ? 'the Hugging Face default' : "the value in the model's code"
  warnings.push(`rope_theta is missing; ${known}, ${owner}, is assumed`)
  return known
}

function topLevelBases(config: Json): readonly (readonly [string, unknown])[] {
  return [
    ['rope_theta', config.rope_theta],
    ['rotary_emb_base', config.rotary_emb_base],
    ['global_rope_theta', config.global_rope_theta],
    ['rope_base', config.rope_base],
  ]
}

/** A base inside a flat dictionary must agree with one beside it; per-layer bases may differ. */
function sharedBase(config: Json, parameters: Json): readonly (readonly [string, unknown])[] {
  return parameters === config.rope_parameters || parameters === config.rope_scaling
    ? topLevelBases(config)
    : []
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
  const stated = statedPairing(config)
  const known = stated ?? pairingOfModelType(config.model_type)
  if (known === undefined) {
    warnings.push(
      `model_type ${show(config.model_type)} is not in the table of pairings; 'half', the most common one, is assumed`,
    )
  }
  return known ?? 'half'
}

/** DeepSeek V3's key; the only one by which a config.json states a pairing. */
function statedPairing({ rope_interleave: stated }: Json): PairingName | undefined {
  if (stated === undefined || stated === null) return undefined
  if (typeof stated === 'boolean') return stated ? 'interleaved' : 'half'
  return failConfig('rope_interleave', `is ${show(stated)}; accepted: true or false`)
}

function warnUnread(config: Json, parameters: Json, warnings: string[]): void {
  const read = [...KNOWN, ...scheduleKeys(parameters)]
  for (const key of Object.keys(parameters)) {
    if (COMPANIONS.includes(key)) warnings.push(companion(key))
    else if (!read.includes(key)) warnings.push(`${key} in the RoPE parameters is not read`)
  }
  for (const key of Object.keys(config)) {
    if (COMPANIONS.includes(key)) warnings.push(companion(key))
    else if (/rope|rotary/.test(key) && !KNOWN_TOP.includes(key))
      warnings.push(`${key} is not read`)
  }
}

/** Each head of k and v serves as many heads of q. */
function warnUnevenHeads(config: Json, warnings: string[]): void {
  const { num_attention_heads: query = config.n_head, num_key_value_heads: key } = config
  // Some models list one number per layer.
  if (typeof query !== 'number' || typeof key !== 'number' || query % key === 0) return
  warnings.push(
    `num_key_value_heads ${key} does not divide num_attention_heads ${query}; correct one of them`,
  )
}

function companion(key: string): string {
  return `${key} scales q by its position; it is not part of the rotation, multiply q by it yourself`
}

function readProfile(
  config: Json,
  { name, parameters, layers }: LayerParameters,
  options: HuggingFaceOptions,
): RopeProfile {
  const warnings: string[] = []
  if (parameters === null) return { name, config: null, layers, warnings }
  if (layers?.length === 0)
    warnings.push(`no layer is of type ${show(name)}: its RoPE parameters are not used`)
  const window = readWindow(config, parameters, name, warnings)
  const base = readBase(config, parameters, warnings)
  const schedule = readSchedule(config, parameters, base, warnings)
  const axes = readAxes(config, parameters, window.rotaryDim / 2)
  const pairing = readPairing(config, options, warnings)
  warnUnread(config, parameters, warnings)
  warnUnevenHeads(config, warnings)
  const resolved = resolveConfig({
    ...window,
    pairing,
    schedule,
    ...(axes === undefined ? {} : { axes }),
  })
  return { name, config: resolved, layers, warnings }
}

/**
 * Every kind of layer of a Hugging Face config.json with its RoPE.
 *
 * @param json the parsed config.json
 * @throws RopeError INVALID_CONFIG when it lacks something or contradicts itself,
 *   UNKNOWN_SCHEDULE when its rope type is not known
 */
export function huggingFaceProfiles(
  json: unknown,
  how: HuggingFaceOptions = {},
): readonly RopeProfile[] {
  const options = checkRecord(how, 'options', '{ pairing }') as HuggingFaceOptions
  if (!isRecord(json)) failConfig('the file', `holds ${show(json)}; accepted: a JSON object`)
  const config = languageModel(readDocument(json, 'the file', 'INVALID_CONFIG') as Json)
  return layerParameters(config).map((layer) => {
    try {
      return readProfile(config, layer, options)
    } catch (error) {
      throw asConfigError(error)
    }
  })
}

/** What the config refuses is the file's fault, unless it was the caller's own option. */
function asConfigError(error: unknown): unknown {
  if (!RopeError.isInstance(error) || error.code !== 'INVALID_OPTION' || error.field === 'pairing')
    return error
  return new RopeError('INVALID_CONFIG', `config.json: ${error.message}`, {
    cause: error,
    ...(error.field === undefined ? {} : { field: error.field }),
  })
}

/**
 * The RoPE of a Hugging Face config.json.
 *
 * @param json the parsed config.json
 * @param options `profile` names the kind of layer when several of them rotate
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
  const given = checkRecord(options, 'options', '{ pairing, profile }') as typeof options
  return selectConfig(huggingFaceProfiles(json, given), given.profile, 'config.json')
}

/**
 * The config of the named profile, or of the only one that rotates.
 *
 * @throws RopeError INVALID_OPTION when a profile must be named, INVALID_CONFIG when the named one
 *   does not rotate
 */
export function selectConfig(
  profiles: readonly RopeProfile[],
  name: string | undefined,
  source: string,
): RopeConfig {
  const names = profiles.map((profile) => `'${profile.name}'`).join(', ')
  const rotating = profiles.filter(({ config }) => config !== null)
  const only = rotating.length === 1 ? rotating[0] : undefined
  const chosen = name === undefined ? only : profiles.find((profile) => profile.name === name)
  if (chosen === undefined) {
    const given =
      name === undefined
        ? 'is missing, and the model has several kinds of layers'
        : `is ${show(name)}`
    throw new RopeError('INVALID_OPTION', `profile ${given}; accepted: ${names}`, {
      field: 'profile',
    })
  }
  if (chosen.config !== null) return chosen.config
  throw new RopeError(
    'INVALID_CONFIG',
    `${source}: layers '${chosen.name}' have no RoPE; choose another profile of ${names}`,
    { field: 'profile' },
  )
}
