/**
 * One dictionary of RoPE parameters per kind of layer, from whichever form a config.json uses:
 * a dictionary of dictionaries, one dictionary and a second base beside it (Gemma 3, ModernBERT,
 * MiMo, DeepSeek V4), lists with one entry per layer (Step, Granite), or layers that are left out
 * (Llama 4, SmolLM3, Cohere 2, Exaone 4).
 */
import { show } from '../../check.js'
import {
  FULL,
  indicesOf,
  layerKinds,
  layersOf,
  perLayerList,
  rotatingLayers,
  SLIDING,
  WITHOUT_ATTENTION,
} from './layer-kinds.js'
import { baseOfModelType, localBaseOf, rotatesSlidingOnly, scalesFullOnly } from './model-types.js'
import {
  agree,
  checkSpellings,
  failConfig,
  isPerLayer,
  type Json,
  readDictionary,
  readPositive,
} from './parameters.js'

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
export function layerParameters(config: Json): readonly LayerParameters[] {
  const legacy = readDictionary(config.rope_scaling, 'rope_scaling')
  const current = readDictionary(config.rope_parameters, 'rope_parameters')
  if (legacy !== undefined && current !== undefined) checkSpellings(legacy, current)
  const dictionary = current ?? legacy ?? {}
  if (isPerLayer(dictionary)) {
    return nested(config, dictionary, current === undefined ? 'rope_scaling' : 'rope_parameters')
  }
  return (
    fromLists(config, dictionary) ??
    fromSecondBase(config, dictionary, current !== undefined) ??
    fromLeftOut(config, dictionary) ?? [{ name: 'default', parameters: dictionary, layers: null }]
  )
}

function nested(config: Json, dictionary: Json, field: string): readonly LayerParameters[] {
  const names = Object.keys(dictionary)
  const kinds = compressedKinds(config, names) ?? layerKinds(config)
  // DeepSeek V4's names are not its layer_types, so these say nothing about its layers.
  const isForeign = names.includes('compress') && !kinds?.some((kind) => names.includes(kind))
  const known = isForeign ? null : kinds
  const stated = names.map((name) => ({
    name,
    parameters: dictionary[name] as Json | null,
    layers: layersOf(known, name),
  }))
  return [...stated, ...unstated(config, known ?? [], names, field)]
}

/** Kinds of layers that the dictionary leaves out, which only those without RoPE may be. */
function unstated(
  config: Json,
  kinds: readonly string[],
  names: readonly string[],
  field: string,
): readonly LayerParameters[] {
  const missing = [...new Set(kinds)].filter((kind) => !names.includes(kind))
  return missing.map((name) => {
    const layers = layersOf(kinds, name) ?? []
    if (!hasNoRope(config, name, layers)) {
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

/** Whether layers of this kind rotate nothing, by what they are or by the model's own rule. */
function hasNoRope(config: Json, kind: string, layers: readonly number[]): boolean {
  if (WITHOUT_ATTENTION.includes(kind)) return true
  if (kind === FULL && leavesOutFull(config)) return true
  const rotating = rotatingLayers(config)
  return Array.isArray(rotating) && layers.every((layer) => rotating[layer] === false)
}

/** DeepSeek V4: a layer whose compression ratio is 0 or 1 uses the main table. */
function compressedKinds(config: Json, names: readonly string[]): readonly string[] | null {
  if (!names.includes('compress')) return null
  const ratios = perLayerList(config.compress_ratios, 'compress_ratios')
  return (
    ratios?.map((ratio) => (typeof ratio === 'number' && ratio > 1 ? 'compress' : 'main')) ?? null
  )
}

/** Step (`rope_theta` is a list) and Granite (`layer_rope_theta`, 0 for no RoPE). */
function fromLists(config: Json, dictionary: Json): readonly LayerParameters[] | undefined {
  const granite = perLayerList(config.layer_rope_theta, 'layer_rope_theta')
  const bases = granite ?? (Array.isArray(config.rope_theta) ? config.rope_theta : undefined)
  if (bases === undefined) return undefined
  const field = granite === undefined ? 'rope_theta' : 'layer_rope_theta'
  const kinds = perLayerList(config.layer_types, 'layer_types')
  const shares = perLayerList(config.partial_rotary_factors, 'partial_rotary_factors')
  const scaled = perLayerList(config.yarn_only_types, 'yarn_only_types')
  const entries = (perLayerList(bases, field) ?? []).map((base, layer): LayerEntry => {
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

/** One dictionary for the model's own base, and a second, unscaled base. */
function fromSecondBase(
  config: Json,
  dictionary: Json,
  isCurrent: boolean,
): readonly LayerParameters[] | undefined {
  const compress = readPositive(config.compress_rope_theta, 'compress_rope_theta')
  if (compress !== undefined) {
    const kinds = compressedKinds(config, ['compress'])
    const main = { rope_type: 'default', rope_theta: config.rope_theta }
    const parameters = { ...dictionary, rope_theta: compress }
    return [
      { name: 'main', parameters: main, layers: layersOf(kinds, 'main') },
      { name: 'compress', parameters, layers: layersOf(kinds, 'compress') },
    ]
  }
  const own = scalesOnlyFull(config, dictionary) && !isCurrent
  const inCode = isCurrent ? undefined : localBaseOf(config.model_type)
  const shared = own ? (config.rope_theta ?? baseOfModelType(config.model_type)) : undefined
  const local = localBase(config) ?? shared ?? inCode
  if (local === undefined) return undefined
  const sliding = { rope_type: 'default', rope_theta: local }
  return twoKinds(config, dictionary, sliding)
}

/** OLMo 3: what scales is for the full-attention layers, the others keep the same base. */
function scalesOnlyFull(config: Json, dictionary: Json): boolean {
  const { rope_type: type = dictionary.type } = dictionary
  return scalesFullOnly(config.model_type) && type !== undefined && type !== 'default'
}

function twoKinds(config: Json, full: Json | null, sliding: Json): readonly LayerParameters[] {
  const kinds = layerKinds(config)
  return [
    { name: FULL, parameters: full, layers: layersOf(kinds, FULL) },
    { name: SLIDING, parameters: sliding, layers: layersOf(kinds, SLIDING) },
  ]
}

/** Whether the model's full-attention layers have no RoPE. */
function leavesOutFull(config: Json): boolean {
  // Exaone 4 without a window has one kind of layer, and all of it rotates.
  const hasWindow = config.sliding_window !== null || config.model_type !== 'exaone4'
  return rotatesSlidingOnly(config.model_type) && hasWindow
}

/** Models that leave the rotation out of some layers. */
function fromLeftOut(config: Json, dictionary: Json): readonly LayerParameters[] | undefined {
  if (leavesOutFull(config)) return twoKinds(config, null, dictionary)
  const rotating = rotatingLayers(config)
  if (rotating === undefined) return undefined
  if (rotating !== 'unknown' && rotating.every(Boolean)) return undefined
  const layers = (wanted: boolean): readonly number[] | null =>
    rotating === 'unknown' ? null : indicesOf(rotating, wanted)
  return [
    { name: 'rope', parameters: dictionary, layers: layers(true) },
    { name: 'nope', parameters: null, layers: layers(false) },
  ]
}
