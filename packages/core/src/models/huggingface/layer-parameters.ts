/**
 * One dictionary of RoPE parameters per kind of layer, from whichever form a config.json uses:
 * a dictionary of dictionaries, one dictionary and a second base beside it (Gemma 3, ModernBERT,
 * MiMo, DeepSeek V4), lists with one entry per layer (Step, Granite), or layers that are left out
 * (Llama 4, SmolLM3, Cohere 2, Exaone 4). What the file leaves out comes from the model's code.
 */
import { isRecord, show } from '../../check.js'
import type { ModelFacts } from '../model-facts.js'
import { assumeFromCode, type Notes } from '../notes.js'
import {
  attends,
  FULL,
  indicesOf,
  layerKinds,
  layerList,
  layersOf,
  perLayerList,
  rotatingLayers,
  SLIDING,
} from './layer-kinds.js'
import {
  agree,
  checkSpellings,
  failConfig,
  isPerLayer,
  type Json,
  readDictionary,
  readPositive,
} from './parameters.js'

/** What the forms are read with. */
interface Source {
  readonly config: Json
  readonly facts: ModelFacts
  readonly notes: Notes
  /** The kind of every layer; null when nothing says it. */
  readonly kinds: readonly string[] | null
}

/** The dictionary of one kind of layer. */
export interface LayerParameters {
  /** `default` when the model has one kind of layer, else what these layers are called. */
  readonly name: string
  /** null for layers that do not rotate. */
  readonly parameters: Json | null
  readonly layers: readonly number[] | null
}

/** A base of the sliding layers beside the model's own: Gemma 3, ModernBERT, MiMo. */
function localBase(config: Json): number | undefined {
  return readPositive(
    agree([
      ['rope_local_base_freq', config.rope_local_base_freq],
      ['local_rope_theta', config.local_rope_theta],
      ['swa_rope_theta', config.swa_rope_theta],
    ]),
    'rope_local_base_freq',
  )
}

/**
 * The parameters of each kind of layer.
 *
 * @throws RopeError INVALID_CONFIG when spellings contradict each other
 */
export function layerParameters(
  config: Json,
  facts: ModelFacts,
  notes: Notes,
): readonly LayerParameters[] {
  const legacy = readFilled(config.rope_scaling, 'rope_scaling')
  const current = readFilled(config.rope_parameters, 'rope_parameters')
  if (legacy !== undefined && current !== undefined) checkSpellings(legacy, current)
  const stated = current ?? legacy
  const source = { config, facts, notes, kinds: layerKinds(config, facts, notes) }
  if (stated !== undefined && isPerLayer(stated)) {
    return nested(source, stated, current === undefined ? 'rope_scaling' : 'rope_parameters')
  }
  const dictionary = stated ?? scalingOfCode(source)
  return (
    fromLists(source, dictionary) ??
    fromSecondBase(source, dictionary, current !== undefined) ??
    fromLeftOut(source, dictionary) ?? [allAlike(source, dictionary)]
  )
}

/** A dictionary; an empty one says nothing. */
function readFilled(value: unknown, field: string): Json | undefined {
  const dictionary = readDictionary(value, field)
  return dictionary === undefined || Object.keys(dictionary).length === 0 ? undefined : dictionary
}

/** The rope type that the code fills in where the file has no dictionary at all (gpt-oss). */
function scalingOfCode({ config, facts, notes }: Source): Json {
  const { rope } = facts
  if (rope === undefined || isPerLayer(rope) || rope.rope_type === undefined) return {}
  assumeFromCode(notes, 'rope_parameters', rope, config.model_type)
  return { ...rope, rope_theta: config.rope_theta ?? rope.rope_theta }
}

/** One kind of layer, which is all that attend. */
function allAlike({ kinds }: Source, parameters: Json): LayerParameters {
  return { name: 'default', parameters, layers: kinds && indicesOf(kinds, attends) }
}

function nested(source: Source, dictionary: Json, field: string): readonly LayerParameters[] {
  const names = Object.keys(dictionary)
  const kinds = compressedKinds(source.config, names) ?? source.kinds
  // DeepSeek V4's names are not its layer_types, so these say nothing about its layers.
  const isForeign = names.includes('compress') && !kinds?.some((kind) => names.includes(kind))
  const known = isForeign ? null : kinds
  const stated = names.map((name) => ({
    name,
    parameters: completed(source, name, dictionary[name] as Json | null),
    layers: layersOf(known, name),
  }))
  return [...stated, ...unstated(source, known ?? [], names, field)]
}

/** The entry of a kind of layer, with what only the code says about that kind. */
function completed({ config, facts, notes }: Source, kind: string, own: Json | null): Json | null {
  const inCode = facts.rope?.[kind]
  if (own === null || !isRecord(inCode)) return own
  const keys = ['rope_theta', 'partial_rotary_factor'].filter(
    (key) => own[key] === undefined && config[key] === undefined && inCode[key] !== undefined,
  )
  for (const key of keys) assumeFromCode(notes, `${kind}.${key}`, inCode[key], config.model_type)
  return { ...own, ...Object.fromEntries(keys.map((key) => [key, inCode[key]])) }
}

/** Kinds of layers that the dictionary leaves out, which only those without RoPE may be. */
function unstated(
  source: Source,
  kinds: readonly string[],
  names: readonly string[],
  field: string,
): readonly LayerParameters[] {
  const missing = [...new Set(kinds)].filter((kind) => attends(kind) && !names.includes(kind))
  return missing.map((name) => {
    const layers = layersOf(kinds, name) ?? []
    if (!hasNoRope(source, name, layers)) {
      const shown = [...layers.slice(0, 2), ...(layers.length > 2 ? ['...'] : [])].join(', ')
      const where = layers.length === 1 ? `layer ${shown}` : `layers ${shown}`
      failConfig(
        field,
        `has no entry for layer type ${show(name)} (${where}); it has: ${names.join(', ')}`,
      )
    }
    return { name, parameters: null, layers }
  })
}

/** Whether layers of this kind rotate nothing, by the model's own rule. */
function hasNoRope(source: Source, kind: string, layers: readonly number[]): boolean {
  if (leftOutKinds(source).includes(kind)) return true
  const rotating = rotatingLayers(source.config, source.facts, source.notes)
  return Array.isArray(rotating) && layers.every((layer) => rotating[layer] === false)
}

/** DeepSeek V4: a layer whose compression ratio is 0 or 1 uses the main table. */
function compressedKinds(config: Json, names: readonly string[]): readonly string[] | null {
  if (!names.includes('compress')) return null
  const ratios = perLayerList(config, 'compress_ratios')
  if (ratios !== undefined) {
    return ratios.map((ratio) => (typeof ratio === 'number' && ratio > 1 ? 'compress' : 'main'))
  }
  const types = perLayerList(config, 'layer_types')
  return types?.map((kind) => (String(kind).includes('compress') ? 'compress' : 'main')) ?? null
}

/** Step (`rope_theta` is a list) and Granite (`layer_rope_theta`, 0 for no RoPE). */
function fromLists({ config }: Source, dictionary: Json): readonly LayerParameters[] | undefined {
  const isGranite = layerList(config, 'layer_rope_theta') !== undefined
  if (!isGranite && !Array.isArray(config.rope_theta)) return undefined
  const field = isGranite ? 'layer_rope_theta' : 'rope_theta'
  const kinds = perLayerList(config, 'layer_types')
  const shares = perLayerList(config, 'partial_rotary_factors')
  const scaled = layerList(config, 'yarn_only_types')
  const own =
    perLayerList(config, field) ??
    failConfig(field, 'has 0 entries; accepted: a number, or one per layer')
  const entries = own.map((base, layer): LayerEntry => {
    const kind = kinds?.[layer]
    const isScaled = scaled === undefined || kind === undefined || scaled.includes(kind)
    return {
      kind,
      base: readLayerBase(base, `${field}[${layer}]`),
      share: readPositive(shares?.[layer], `partial_rotary_factors[${layer}]`),
      isScaled,
    }
  })
  return groups(entries, dictionary)
}

/** What a model with lists says about one layer. */
interface LayerEntry {
  readonly kind: unknown
  /** null for a layer without RoPE. */
  readonly base: number | null
  readonly share: number | undefined
  readonly isScaled: boolean
}

function readLayerBase(base: unknown, field: string): number | null {
  return base === 0 || base === null ? null : (readPositive(base, field) ?? null)
}

/** Equal layers together, named after their kind where that tells them apart, else their base. */
function groups(entries: readonly LayerEntry[], dictionary: Json): readonly LayerParameters[] {
  const byKey = new Map<string, { readonly entry: LayerEntry; readonly layers: number[] }>()
  entries.forEach((entry, layer) => {
    const key =
      entry.base === null ? 'nope' : JSON.stringify([entry.base, entry.share, entry.isScaled])
    const group = byKey.get(key)
    if (group === undefined) byKey.set(key, { entry, layers: [layer] })
    else group.layers.push(layer)
  })
  const found = [...byKey.values()]
  return found.map(({ entry, layers }, index) => ({
    name: groupName(
      entry,
      index,
      found.map((group) => group.entry),
    ),
    parameters: entry.base === null ? null : groupParameters(entry, dictionary),
    layers,
  }))
}

function groupName(entry: LayerEntry, index: number, all: readonly LayerEntry[]): string {
  if (all.length === 1) return 'default'
  if (entry.base === null) return 'nope'
  const isOwn =
    typeof entry.kind === 'string' &&
    all.every((other) => other === entry || other.kind !== entry.kind)
  if (isOwn) return String(entry.kind)
  const sameBase = all.filter(({ base }) => base === entry.base).length > 1
  return sameBase ? `base-${entry.base}-${index}` : `base-${entry.base}`
}

function groupParameters({ base, share, isScaled }: LayerEntry, dictionary: Json): Json {
  return {
    ...(isScaled ? dictionary : { rope_type: 'default' }),
    rope_theta: base,
    ...(share === undefined ? {} : { partial_rotary_factor: share }),
  }
}

/** One dictionary for the model's own base, and a second base beside it. */
function fromSecondBase(
  source: Source,
  dictionary: Json,
  isCurrent: boolean,
): readonly LayerParameters[] | undefined {
  const { config, facts } = source
  const compress = readPositive(config.compress_rope_theta, 'compress_rope_theta')
  if (compress !== undefined) return compressed(config, dictionary, compress)
  const inCode = facts.rope !== undefined && isPerLayer(facts.rope) && !isCurrent
  const local = localBase(config)
  if (inCode && facts.rope !== undefined) return kindsOfCode(source, facts.rope, dictionary, local)
  if (local === undefined) return undefined
  return twoKinds(source, dictionary, { rope_type: 'default', rope_theta: local })
}

/** DeepSeek V4: the layers that compress have the scaled dictionary and a base of their own. */
function compressed(config: Json, dictionary: Json, base: number): readonly LayerParameters[] {
  const kinds = compressedKinds(config, ['compress'])
  const main = { rope_type: 'default', rope_theta: config.rope_theta }
  const parameters = { ...dictionary, rope_theta: base }
  return [
    { name: 'main', parameters: main, layers: layersOf(kinds, 'main') },
    { name: 'compress', parameters, layers: layersOf(kinds, 'compress') },
  ]
}

/** The kinds of layers of the model's code, with what the file says beside them. */
function kindsOfCode(
  source: Source,
  rope: Json,
  dictionary: Json,
  local: number | undefined,
): readonly LayerParameters[] {
  const isLocal = (name: string): boolean => name.includes('sliding')
  const all = Object.keys(rope)
  const kinds = compressedKinds(source.config, all) ?? source.kinds
  const names = [...all.filter((name) => !isLocal(name)), ...all.filter(isLocal)]
  return names.map((name) => {
    const layers = layersOf(kinds, name)
    const own = rope[name]
    if (!isRecord(own)) return { name, parameters: null, layers }
    const stated = isLocal(name)
      ? localParameters(source, local)
      : globalParameters(source, dictionary)
    return { name, parameters: filledIn(source, name, stated, own), layers }
  })
}

/** What the file says about the layers that see everything. */
function globalParameters({ config }: Source, dictionary: Json): Json {
  const base = agree([
    ['rope_theta', config.rope_theta],
    ['global_rope_theta', config.global_rope_theta],
  ])
  return withoutUndefined({
    rope_theta: base,
    partial_rotary_factor: config.partial_rotary_factor,
    ...dictionary,
  })
}

/** What the file says about the layers that see a window. */
function localParameters({ config }: Source, local: number | undefined): Json {
  return withoutUndefined({
    rope_theta: local,
    partial_rotary_factor: config.partial_rotary_factor,
  })
}

function withoutUndefined(json: Json): Json {
  return Object.fromEntries(
    Object.entries(json).filter(([, value]) => value !== undefined && value !== null),
  )
}

/** The code's dictionary under the file's; a rope type of the file's comes with its own keys. */
function filledIn({ config, notes }: Source, kind: string, stated: Json, inCode: Json): Json {
  const type = stated.rope_type ?? stated.type
  const rest = type === undefined || type === inCode.rope_type ? inCode : { ...common(inCode) }
  const missing = Object.keys(rest).filter(
    (key) => stated[key] === undefined && rest[key] !== 'default',
  )
  for (const key of missing) assumeFromCode(notes, `${kind}.${key}`, rest[key], config.model_type)
  return { ...rest, ...stated }
}

/** What every rope type has. */
function common({ rope_theta, partial_rotary_factor }: Json): Json {
  return withoutUndefined({ rope_theta, partial_rotary_factor })
}

function twoKinds({ kinds }: Source, full: Json | null, sliding: Json): readonly LayerParameters[] {
  return [
    { name: FULL, parameters: full, layers: layersOf(kinds, FULL) },
    { name: SLIDING, parameters: sliding, layers: layersOf(kinds, SLIDING) },
  ]
}

/** The kinds of layers that attend and have no RoPE. */
function leftOutKinds({ config, facts }: Source): readonly string[] {
  // Without a window these models have one kind of layer, and all of it rotates.
  const isWhole = facts.stillWithWindow && config.sliding_window === null
  return isWhole ? [] : (facts.stillKinds ?? [])
}

/** Models that leave the rotation out of some layers. */
function fromLeftOut(source: Source, dictionary: Json): readonly LayerParameters[] | undefined {
  const still = leftOutKinds(source)
  if (still.length > 0) return withStillKinds(source, still, dictionary)
  const rotating = rotatingLayers(source.config, source.facts, source.notes)
  if (rotating === undefined) return undefined
  if (rotating !== 'unknown' && rotating.every(Boolean)) return undefined
  const layers = (wanted: boolean): readonly number[] | null =>
    rotating === 'unknown' ? null : indicesOf(rotating, (mark) => mark === wanted)
  return [
    { name: 'rope', parameters: dictionary, layers: layers(true) },
    { name: 'nope', parameters: null, layers: layers(false) },
  ]
}

/** Kinds that rotate and kinds that do not, these first. */
function withStillKinds(
  { kinds }: Source,
  still: readonly string[],
  dictionary: Json,
): readonly LayerParameters[] {
  const present = kinds === null ? [...still, SLIDING] : [...new Set(kinds)].filter(attends)
  const order = [...present].sort((a, b) => Number(still.includes(b)) - Number(still.includes(a)))
  return order.map((name) => ({
    name,
    parameters: still.includes(name) ? null : dictionary,
    layers: layersOf(kinds, name),
  }))
}
