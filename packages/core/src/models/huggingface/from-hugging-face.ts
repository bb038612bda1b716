/**
 * From a Hugging Face config.json to RopeConfigs, one per kind of layer. Nothing is defaulted in
 * silence: what the file leaves to the model's code is taken from the table of models and said in
 * `assumptions`; what is odd is in `warnings`; what cannot be done is an error that says so.
 */
import { checkKeys, checkRecord, isRecord, meant, show } from '../../check.js'
import { type RopeConfig, resolveConfig } from '../../config/config.js'
import { checkPairing } from '../../contract/check-pairing.js'
import type { PairingName } from '../../contract/pairing.js'
import { RopeError, type RopeErrorCode } from '../../errors.js'
import { knownModelTypes, likeName, modelFacts } from '../known-models.js'
import type { ModelFacts } from '../model-facts.js'
import { assumeFromCode, emptyNotes, type Notes } from '../notes.js'
import type { RopeProfile } from '../profile.js'
import { checkAngleKeys, isKnownKey, scaledBase } from './angle-keys.js'
import { BASE_KEYS, PAIRING_KEYS } from './keys.js'
import { languageModel } from './language-model.js'
import { type LayerParameters, layerParameters } from './layer-parameters.js'
import type { LayerSource } from './layer-source.js'
import { agree, failConfig, isPerLayer, type Json, readFlag, readPositive } from './parameters.js'
import { readAxes } from './read-axes.js'
import { readSchedule, scheduleKeys } from './read-schedule.js'
import { isStill } from './still.js'
import { attentionWidth, readWindow } from './window.js'

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

/** Keys that belong to attention's temperature: no angle depends on them. */
const COMPANIONS: readonly string[] = ['llama_4_scaling_beta', 'attn_scale', 'floor_scale']

/** Positions beyond a chunk are others, and no angle is. */
const DUAL_CHUNK = 'dual_chunk_attention_config'
const OTHER_POSITIONS =
  'changes positions beyond a chunk: see dualChunkPosition of @rope/core/positions'

function readBase({ config, parameters, facts, notes }: LayerSource): number {
  const base = readPositive(
    agree([
      ['rope_parameters.rope_theta', parameters.rope_theta],
      ...(parameters.rope_theta === undefined
        ? topLevelBases(config)
        : sharedBase(config, parameters)),
    ]),
    'rope_theta',
  )
  if (base !== undefined) return scaledBase(config, facts, base)
  return scaledBase(config, facts, baseOfCode({ config, facts, notes }))
}

/** Versions of the code that disagree about a base they fill in are no ground to stand on. */
function baseOfCode({
  config,
  facts,
  notes,
}: Pick<LayerSource, 'config' | 'facts' | 'notes'>): number {
  const { rope, olderBase: older } = facts
  const known = rope === undefined || isPerLayer(rope) ? undefined : rope.rope_theta
  const before = older === undefined ? '' : ` (${older} before version 5 of transformers)`
  if (typeof known === 'number') {
    assumeFromCode(notes, 'rope_theta', `${known}${before}`, config.model_type)
    return known
  }
  if (older !== undefined) {
    failConfig(
      'rope_theta',
      `is missing, and versions of the code of ${show(config.model_type)} disagree${before}; add it`,
    )
  }
  notes.assumptions.push('rope_theta is missing; 10000, the usual one, is taken')
  return 10000
}

function topLevelBases(config: Json): readonly (readonly [string, unknown])[] {
  return BASE_KEYS.map((key) => [key, config[key]] as const)
}

/** A base inside a flat dictionary must agree with one beside it; per-layer bases may differ. */
function sharedBase(config: Json, parameters: Json): readonly (readonly [string, unknown])[] {
  return parameters === config.rope_parameters || parameters === config.rope_scaling
    ? topLevelBases(config)
    : []
}

function readPairing(
  config: Json,
  facts: ModelFacts | undefined,
  options: HuggingFaceOptions,
): PairingName {
  const given: unknown = options.pairing
  if (given !== undefined) return checkPairing(given, 'pairing')
  const stated = statedPairing(config)
  if (stated !== undefined) return stated
  if (facts !== undefined) return facts.interleaved ? 'interleaved' : 'half'
  const known =
    config.model_type === undefined
      ? "is missing: a tokenizer's or an adapter's file is no model's config. If this is one"
      : `is ${show(config.model_type)}, which is in no table of models${meant(likeName(config.model_type, knownModelTypes()))}, and no file says which channels turn together`
  return failConfig(
    'model_type',
    `${known}; give pairing: 'half' if its code has rotate_half (channel i with i + n), 'interleaved' if it turns neighbours (2i with 2i + 1)`,
  )
}

/** DeepSeek V3's and Nomic's keys. */
function statedPairing(config: Json): PairingName | undefined {
  const value = agree(PAIRING_KEYS.map((key) => [key, config[key]] as const))
  const stated = readFlag(value, 'rope_interleave')
  return stated === undefined ? undefined : stated ? 'interleaved' : 'half'
}

function warnUnread(config: Json, parameters: Json, { warnings }: Notes): void {
  const read = [...KNOWN, ...scheduleKeys(parameters)]
  for (const key of Object.keys(parameters)) {
    if (COMPANIONS.includes(key)) warnings.push(companion(key))
    else if (!read.includes(key)) warnings.push(`${key} in the RoPE parameters is not read`)
  }
  for (const key of Object.keys(config)) {
    if (COMPANIONS.includes(key)) warnings.push(companion(key))
    else if (key === DUAL_CHUNK) warnings.push(`${key} ${OTHER_POSITIONS}`)
    else if (/rope|rotary/.test(key) && !isKnownKey(key)) warnings.push(`${key} is not read`)
  }
}

/** Each head of k and v serves as many heads of q. */
function warnUnevenHeads(config: Json, { warnings }: Notes): void {
  const { num_attention_heads: query = config.n_head, num_key_value_heads: key } = config
  // Some models list one number per layer.
  if (typeof query !== 'number' || typeof key !== 'number' || query % key === 0) return
  warnings.push(
    `num_key_value_heads ${key} does not divide num_attention_heads ${query}; correct one of them`,
  )
}

function companion(key: string): string {
  return `${key} scales q by its position, which is no rotation: multiply q by it yourself`
}

/** What all profiles of a file share. */
interface Model {
  readonly config: Json
  readonly facts: ModelFacts
  readonly pairing: PairingName
  /** What was said about the model as a whole. */
  readonly notes: Notes
}

function readProfile(model: Model, { name, parameters, layers }: LayerParameters): RopeProfile {
  const { config, facts, pairing, notes: shared } = model
  const notes = { assumptions: [...shared.assumptions], warnings: [...shared.warnings] }
  if (parameters === null) return { name, config: null, layers, attentionDim: null, ...notes }
  if (layers?.length === 0)
    notes.warnings.push(`no layer is of type ${show(name)}: its RoPE parameters are not used`)
  const source = { config, facts, notes, parameters, name, layers }
  const window = readWindow(source)
  const schedule = readSchedule(source, readBase(source))
  const axes = readAxes(source, window.rotaryDim / 2)
  warnUnread(config, parameters, notes)
  warnUnevenHeads(config, notes)
  const { assumptions } = notes
  const resolved = resolveConfig({
    ...window,
    pairing,
    schedule,
    ...(axes === undefined ? {} : { axes }),
    ...(assumptions.length === 0 ? {} : { assumptions }),
  })
  const attentionDim = attentionWidth(source, window.headDim)
  return { name, config: resolved, layers, attentionDim, ...notes }
}

/** The profile of a model whose layers do not rotate. */
const STILL: RopeProfile = {
  name: 'default',
  config: null,
  layers: null,
  attentionDim: null,
  assumptions: [],
  warnings: [],
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
  checkKeys(options as Json, 'options', ['pairing'])
  if (!isRecord(json)) failConfig('the file', `holds ${show(json)}; accepted: a JSON object`)
  const config = languageModel(json as Json)
  const known = modelFacts(config.model_type)
  const facts = known ?? {}
  if (isStill(config, facts)) return [STILL]
  refuseForeign(config, facts)
  checkAngleKeys(config, facts)
  const notes = emptyNotes()
  if (known === undefined) {
    const { model_type: type } = config
    const which =
      type === undefined ? 'model_type is missing' : `${show(type)} is in no table of models`
    notes.assumptions.push(`${which}; its code is taken to add nothing to the file`)
  }
  const pairing = readPairing(config, known, options)
  const layers = layerParameters(config, facts, notes)
  const model = { config, facts, pairing, notes }
  return layers.map((layer) => {
    try {
      return readProfile(model, layer)
    } catch (error) {
      throw asConfigError(error)
    }
  })
}

/** Models that turn otherwise than the positions of a text ask for. */
function refuseForeign({ model_type: type }: Json, { axial, reversed }: ModelFacts): void {
  const shown = show(type)
  if (reversed) {
    failConfig(
      'model_type',
      `${shown} turns by minus the angle, which no config says; read the file as model_type "llama" and rotate with inverse: true`,
    )
  }
  if (axial === undefined) return
  const preset = axial === '' ? 'a preset of @rope/core/presets' : `${axial} of @rope/core/presets`
  failConfig(
    'model_type',
    `${shown} rotates by the rows and columns of an image, which its file does not describe: use ${preset}`,
  )
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
  const given = checkRecord(options, 'options', '{ pairing, profile }')
  checkKeys(given, 'options', ['pairing', 'profile'])
  const { profile, ...how } = given as typeof options
  return selectConfig(huggingFaceProfiles(json, how), profile, 'config.json')
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
  const refuse = (code: RopeErrorCode, problem: string): never => {
    throw new RopeError(code, problem, { field: 'profile' })
  }
  const rotating = profiles.filter(({ config }) => config !== null)
  if (rotating.length === 0) {
    return refuse('INVALID_CONFIG', `${source}: no layer of this model has RoPE`)
  }
  const only = rotating.length === 1 ? rotating[0] : undefined
  const chosen = name === undefined ? only : profiles.find((profile) => profile.name === name)
  if (chosen === undefined) {
    const given = name === undefined ? 'missing, and several kinds of layers rotate' : show(name)
    return refuse('INVALID_OPTION', `profile is ${given}; accepted: ${names}`)
  }
  return (
    chosen.config ??
    refuse(
      'INVALID_CONFIG',
      `${source}: layers '${chosen.name}' have no RoPE; choose another profile of ${names}`,
    )
  )
}
