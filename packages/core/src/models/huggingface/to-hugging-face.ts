/**
 * From RopeConfigs to the keys about RoPE of a Hugging Face config.json, in either spelling. What
 * was written is read back before it is returned: a form that would not give the same configs
 * again is refused, never written.
 */

import {
  checkKeys,
  checkPositive,
  checkRecord,
  checkWord,
  isList,
  reject,
  show,
} from '../../check.js'
import { type AxesOptions, sectionAxes } from '../../config/axes.js'
import type { RopeConfig } from '../../config/config.js'
import { RopeError } from '../../errors.js'
import { MOST_LAYERS } from '../../limits.js'
import { ernieAxes, interleavedAxes } from '../../presets/text.js'
import { checkProfiles } from '../check-profiles.js'
import { modelFacts } from '../known-models.js'
import type { WritableProfile } from '../profile.js'
import { huggingFaceProfiles } from './from-hugging-face.js'
import { FULL, SLIDING } from './layer-kinds.js'
import type { Json } from './parameters.js'
import { failWrite, plainSchedule, statedMaximum, writeSchedule } from './write-schedule.js'

/** How to write a config.json. */
export interface ToHuggingFaceOptions {
  /** `legacy`: `rope_theta` and `rope_scaling`; `v5`: all in `rope_parameters`. */
  readonly version: 'legacy' | 'v5'
  /** The model's `model_type`; decides the pairing and model-specific keys. */
  readonly modelType?: string | undefined
  /** The context the model was made for, in tokens. */
  readonly maxPositionEmbeddings?: number | undefined
}

/** A profile that rotates. */
interface Rotating {
  readonly name: string
  readonly config: RopeConfig
}

/**
 * The keys about RoPE of a config.json; spread them over the model's other keys. `angles` is how to
 * compute, not what the model is, and is not written.
 *
 * @param rope one config, or a profile per kind of layer
 * @throws RopeError INVALID_OPTION when the format, in this version, cannot say what is given
 *
 * @example
 * ```ts
 * const json = toHuggingFace(config, { version: 'v5', modelType: 'llama' })
 * ```
 */
export function toHuggingFace(
  rope: RopeConfig | readonly WritableProfile[],
  given: ToHuggingFaceOptions,
): Readonly<Record<string, unknown>> {
  const options = checkWriting(given)
  const profiles = asProfiles(rope)
  const json = write(profiles, options)
  checkReadBack(json, profiles)
  return json
}

function checkWriting(given: ToHuggingFaceOptions): ToHuggingFaceOptions {
  const options = checkRecord(given, 'options', "{ version: 'legacy' or 'v5' }")
  checkKeys(options, 'options', ['version', 'modelType', 'maxPositionEmbeddings'])
  const { modelType, maxPositionEmbeddings: most } = options
  if (modelType !== undefined && typeof modelType !== 'string') {
    return reject('INVALID_OPTION', 'modelType', modelType, 'a text such as llama')
  }
  return {
    version: checkWord(options.version, 'version', ['legacy', 'v5']),
    modelType,
    maxPositionEmbeddings:
      most === undefined ? undefined : checkPositive(most, 'maxPositionEmbeddings'),
  }
}

function asProfiles(rope: RopeConfig | readonly WritableProfile[]): readonly WritableProfile[] {
  const profiles = checkProfiles(rope)
  if (!isList(rope)) return profiles
  if (!profiles.some(({ config }) => config !== null)) {
    failWrite('rope', 'has no profile that rotates', 'give at least one config')
  }
  // One kind of layer is all of them.
  return profiles.length === 1 ? profiles.map((only) => ({ ...only, layers: null })) : profiles
}

function write(profiles: readonly WritableProfile[], options: ToHuggingFaceOptions): Json {
  const rotating = profiles.filter((profile): profile is Rotating => profile.config !== null)
  const { config } = rotating[0] as Rotating
  return {
    ...(options.modelType === undefined ? {} : { model_type: options.modelType }),
    ...headKeys(rotating, options.modelType),
    ...lengthKeys(rotating, options),
    ...pairingKey(config, options.modelType),
    ...layerKeys(profiles),
    ...(options.version === 'v5' ? current(profiles, options) : legacy(profiles, options)),
  }
}

/** Gemma 4's full layers have wider heads than the others. */
function headKeys(rotating: readonly Rotating[], modelType: string | undefined): Json {
  const dims = new Set(rotating.map(({ config }) => config.headDim))
  const sliding = rotating.find(({ name }) => name === SLIDING)?.config.headDim
  const full = rotating.find(({ name }) => name !== SLIDING)?.config.headDim
  const only = full ?? sliding
  if (modelFacts(modelType)?.latent !== undefined) return { qk_rope_head_dim: only }
  if (dims.size === 1 || sliding === undefined) return { head_dim: only }
  return { head_dim: sliding, global_head_dim: full }
}

function lengthKeys(rotating: readonly Rotating[], options: ToHuggingFaceOptions): Json {
  const stated = rotating.map(({ config }) => statedMaximum(config.schedule))
  const maximum = stated.find((length) => length !== undefined) ?? options.maxPositionEmbeddings
  return maximum === undefined ? {} : { max_position_embeddings: maximum }
}

/** The model type says the pairing; where it does not, DeepSeek V3's key does. */
function pairingKey({ pairing }: RopeConfig, modelType: string | undefined): Json {
  const facts = modelFacts(modelType)
  if (facts !== undefined && (facts.interleaved === true) === (pairing === 'interleaved')) return {}
  return { rope_interleave: pairing === 'interleaved' }
}

/** Which layer is of which kind, as far as it is known. */
function layerKeys(profiles: readonly WritableProfile[]): Json {
  const [first, second] = profiles
  const layers = profiles.map((profile) => profile.layers ?? [])
  const count = layers.reduce((sum, list) => sum + list.length, 0)
  if (profiles.length === 1 || count === 0) return {}
  if (count > MOST_LAYERS || layers.flat().some((layer) => !(layer >= 0 && layer < count))) {
    failWrite('layers', 'do not count every layer once', 'list each index from 0 in one profile')
  }
  const kinds = Array<string>(count).fill('')
  profiles.forEach(({ name }, index) => {
    for (const layer of layers[index] ?? []) kinds[layer] = name
  })
  if (first?.name === 'rope' && second?.name === 'nope') {
    return {
      num_hidden_layers: count,
      no_rope_layers: kinds.map((kind) => (kind === 'rope' ? 1 : 0)),
    }
  }
  return { num_hidden_layers: count, layer_types: kinds }
}

/** `rope_parameters`: one dictionary, or one per kind of layer. */
function current(profiles: readonly WritableProfile[], options: ToHuggingFaceOptions): Json {
  const only = flat(profiles)
  if (only !== undefined) return { rope_parameters: parametersOf(only, options) }
  const entries = profiles.map(({ name, config }) => [
    name,
    config === null ? null : parametersOf(config, options),
  ])
  return { rope_parameters: Object.fromEntries(entries) }
}

/** The one config of models whose layers rotate alike or not at all. */
function flat(profiles: readonly WritableProfile[]): RopeConfig | undefined {
  const [first, second, ...others] = profiles
  if (first === undefined || first.config === null || others.length > 0) return undefined
  if (second === undefined) return first.name === 'default' ? first.config : undefined
  const leavesOut = first.name === 'rope' && second.name === 'nope' && second.config === null
  return leavesOut ? first.config : undefined
}

function parametersOf(config: RopeConfig, { modelType, ...options }: ToHuggingFaceOptions): Json {
  return {
    ...writeSchedule(config.schedule, modelType),
    ...longRopeFactor(config, options.maxPositionEmbeddings),
    rope_theta: baseOf(config),
    ...share(config),
    ...axesKeys(config.axes, modelType),
  }
}

/** A LongRoPE without a factor would be given that of its lengths. */
function longRopeFactor({ schedule }: RopeConfig, maximum: number | undefined): Json {
  if (schedule.type !== 'longrope' || maximum === undefined) return {}
  return { factor: schedule.factor ?? 1 }
}

function baseOf({ schedule }: RopeConfig): number | undefined {
  return 'base' in schedule ? schedule.base : undefined
}

/** The share of the head that rotates, such that its product's floor is the rotary dimension. */
function share({ headDim, rotaryDim, schedule }: RopeConfig): Json {
  if (schedule.type === 'proportional' || rotaryDim === headDim) return {}
  const exact = rotaryDim / headDim
  const rounded = Math.floor(headDim * exact) === rotaryDim ? exact : (rotaryDim + 0.5) / headDim
  return { partial_rotary_factor: rounded }
}

function axesKeys(axes: AxesOptions | null, modelType: string | undefined): Json {
  if (axes === null) return {}
  if (axes.kind === 'dense') {
    return failWrite('axes', 'with dense weights have no key in config.json', 'keep them yourself')
  }
  const { count, axisOfPair } = axes
  const sections = Array.from(
    { length: count },
    (_, axis) => axisOfPair.filter((own) => own === axis).length,
  )
  if (modelFacts(modelType)?.order === 'ernie') {
    const [time = 0, height = 0, width = 0] = sections
    const ordered = [height, width, time]
    if (height === width && sameAxes(ernieAxes(ordered), axes)) return { mrope_section: ordered }
  }
  if (sameAxes(sectionAxes(sections), axes)) {
    return { [modelType === 'hunyuan_vl' ? 'xdrope_section' : 'mrope_section']: sections }
  }
  if (count === 3 && sameAxes(interleavedAxes(sections), axes)) {
    return { mrope_section: sections, mrope_interleaved: true }
  }
  return failWrite(
    'axes.axisOfPair',
    `is ${show(axisOfPair)}`,
    'config.json can say consecutive sections, or T, H, W in turn',
  )
}

function sameAxes(a: AxesOptions, b: AxesOptions): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** `rope_theta` and `rope_scaling`, and a second base beside them where the form has one. */
function legacy(profiles: readonly WritableProfile[], options: ToHuggingFaceOptions): Json {
  const only = flat(profiles)
  if (only !== undefined) return legacyKeys(only, options)
  const find = (name: string): RopeConfig | null | undefined =>
    profiles.find((profile) => profile.name === name)?.config
  const [main, compress] = [find('main'), find('compress')]
  if (profiles.length === 2 && main && compress) {
    const { rope_theta, ...keys } = legacyKeys(compress, options)
    return { ...keys, rope_theta: baseOf(main), compress_rope_theta: rope_theta }
  }
  const [full, sliding] = [find(FULL), find(SLIDING)]
  if (profiles.length === 2 && full && sliding) {
    return { ...legacyKeys(full, options), ...secondBase(sliding, options.modelType) }
  }
  if (profiles.length === 2 && full === null && sliding) return legacyKeys(sliding, options)
  const names = profiles.map(({ name }) => name).join(', ')
  return failWrite('profiles', `${names} have no legacy form`, "use { version: 'v5' }")
}

function secondBase(sliding: RopeConfig, modelType: string | undefined): Json {
  const base = baseOf(sliding)
  if (modelType === 'olmo3') return {}
  if (modelType === 'modernbert') return { local_rope_theta: base }
  return modelType?.startsWith('mimo') ? { swa_rope_theta: base } : { rope_local_base_freq: base }
}

function legacyKeys(config: RopeConfig, options: ToHuggingFaceOptions): Json {
  const { rope_theta, partial_rotary_factor, ...scaling } = parametersOf(config, options)
  const isPlain = Object.keys(scaling).length === 1 && scaling.rope_type === 'default'
  const isProportional = scaling.rope_type === 'proportional'
  return {
    rope_theta,
    ...(partial_rotary_factor === undefined || isProportional ? {} : { partial_rotary_factor }),
    rope_scaling: isPlain
      ? null
      : {
          // Readers of the time knew `type`, those since know `rope_type`.
          type: scaling.rope_type,
          ...scaling,
          ...(isProportional ? { partial_rotary_factor } : {}),
        },
  }
}

/** What would be read from the file must be what was given. */
function checkReadBack(json: Json, profiles: readonly WritableProfile[]): void {
  const wanted = profiles.map(comparable)
  const got = readBack(json)
  const index = wanted.findIndex((text, i) => text !== got[i])
  if (index < 0 && got.length === wanted.length) return
  const { name, config } = profiles[Math.max(0, index)] as WritableProfile
  const offset = config?.windowOffset ?? 0
  const hint =
    offset > 0 && !modelFacts(json.model_type)?.tail
      ? `the window starts at channel ${offset}, which only the model type deepseek_v4 says`
      : `config.json would read as ${got[Math.max(0, index)] ?? 'fewer kinds of layers'}`
  failWrite(
    `profile '${name}'`,
    `cannot be said in this form: ${hint}`,
    'try the other version, or another modelType',
  )
}

function readBack(json: Json): readonly string[] {
  try {
    return huggingFaceProfiles(json).map(comparable)
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return [error.message]
  }
}

function comparable({ name, config, layers = null }: WritableProfile): string {
  if (config === null) return JSON.stringify([name, null, layers])
  const { schedule, angles: _, assumptions: __, ...rest } = config
  const plain = plainSchedule(schedule, config.rotaryDim)
  const sorted = Object.fromEntries(Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1)))
  return JSON.stringify([name, rest, sorted, layers])
}
