/**
 * Which layer is of which kind: from `layer_types`, from the older keys that say it by a list, an
 * interval or a pattern, or from the group of layers that the model's code repeats.
 */
import { isRecord, show } from '../../check.js'
import { MOST_LAYERS } from '../../limits.js'
import type { ModelFacts } from '../model-facts.js'
import { assumeFromCode, type Notes } from '../notes.js'
import { agree, failConfig, type Json, readCount } from './parameters.js'

/** The kind of layer that sees everything. */
export const FULL = 'full_attention'
/** The kind of layer that sees a window. */
export const SLIDING = 'sliding_attention'
/** What layers with attention are called where the file tells them from others only. */
const ATTENTION = 'attention'
/** Kinds of layers that have no q and k to rotate. */
const WITHOUT_ATTENTION: readonly string[] = [
  ...['linear_attention', 'conv', 'mamba', 'mamba2', 'mlp', 'moe', 'recurrent', 'linear'],
]

/** Whether layers of this kind have q and k. */
export function attends(kind: string): boolean {
  return !WITHOUT_ATTENTION.includes(kind)
}

/** Keys that say of which kind the layers are. */
export const KIND_KEYS: readonly string[] = [
  ...['layer_types', 'hybrid_layer_pattern', 'layers_block_type', 'block_types', 'attn_type_list'],
  ...['attn_layer_indices', 'full_attn_idxs', 'hybrid_layer_ids', 'sliding_window_pattern'],
  ...['global_attn_every_n_layers', 'full_attention_interval'],
]

/** The number of layers; undefined when the file does not say. */
function layerCount(config: Json): number | undefined {
  const value = agree([
    ['num_hidden_layers', config.num_hidden_layers],
    ['n_layer', config.n_layer],
    ['n_layers', config.n_layers],
    ['num_layers', config.num_layers],
  ])
  const count = readCount(value, 'num_hidden_layers')
  if (count !== undefined && count > MOST_LAYERS) {
    return failConfig('num_hidden_layers', `is ${count}; accepted: at most ${MOST_LAYERS}`)
  }
  return count
}

/** A list about layers, or undefined when absent or (Llama 4) empty. */
export function layerList(config: Json, field: string): readonly unknown[] | undefined {
  const value = config[field] ?? undefined
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.length <= MOST_LAYERS) {
    return value.length === 0 ? undefined : value
  }
  return failConfig(field, `is ${show(value)}; accepted: a list, one per layer`)
}

/** The same with one entry per layer; entries of heads that predict further tokens follow and are cut off. */
export function perLayerList(config: Json, field: string): readonly unknown[] | undefined {
  const list = layerList(config, field)
  const count = layerCount(config) ?? list?.length
  const usual = field === 'compress_ratios' ? 1 : 0
  const most = Number(count) + Number(config.num_nextn_predict_layers ?? usual)
  if (list === undefined || (list.length >= Number(count) && list.length <= most)) {
    return list?.slice(0, count)
  }
  return failConfig(field, `has ${list.length} entries; accepted: ${count}, one per layer`)
}

/** The layers in a list of indices. */
function chosenLayers(config: Json, field: string, count: number): readonly unknown[] | undefined {
  const list = layerList(config, field)
  const other = list?.find((layer) => !Number.isInteger(layer) || !((layer as number) < count))
  if (other === undefined) return list
  return failConfig(field, `has ${show(other)}; accepted: indices below ${count}, the layers`)
}

/** The kind of every layer, or null when neither the file nor the model's code says. */
export function layerKinds(
  config: Json,
  facts: ModelFacts,
  notes: Notes,
): readonly string[] | null {
  return statedKinds(config) ?? intervalKinds(config) ?? codeKinds(config, facts, notes)
}

function statedKinds(config: Json): readonly string[] | undefined {
  const types = perLayerList(config, 'layer_types')
  if (types !== undefined) return types.map(readKind('layer_types'))
  const blocks = perLayerList(config, 'layers_block_type')
  if (blocks !== undefined) return blocks.map(readKind('layers_block_type')).map(blockKind)
  const pattern = perLayerList(config, 'hybrid_layer_pattern')
  if (pattern !== undefined) return pattern.map((mark) => (mark === 1 ? SLIDING : FULL))
  const marks = perLayerList(config, 'attn_type_list')
  if (marks !== undefined) return marks.map((mark) => (mark === 1 ? FULL : 'linear_attention'))
  return cycledKinds(config) ?? indexedKinds(config)
}

/** Zamba 2: layers of Mamba, some of them with an attention beside it. */
function blockKind(kind: string): string {
  return kind === 'hybrid' ? ATTENTION : kind
}

/** Recurrent Gemma: a group of kinds that repeats. */
function cycledKinds(config: Json): readonly string[] | undefined {
  const cycle = layerList(config, 'block_types')?.map(readKind('block_types'))
  const count = layerCount(config)
  return cycle === undefined || count === undefined ? undefined : repeat(cycle, count)
}

/** Bamba, LFM 2 and Zamba 2: the layers that have attention, by their index. */
function indexedKinds(config: Json): readonly string[] | undefined {
  const count = layerCount(config)
  const keys = ['attn_layer_indices', 'full_attn_idxs', 'hybrid_layer_ids'] as const
  if (count === undefined) return undefined
  const chosen = keys.map((key) => chosenLayers(config, key, count)).find(Boolean)
  if (chosen === undefined) return undefined
  return Array.from({ length: count }, (_, i) => (chosen.includes(i) ? ATTENTION : 'mamba'))
}

function readKind(field: string): (kind: unknown, layer: number) => string {
  return (kind, layer) =>
    typeof kind === 'string'
      ? kind
      : failConfig(`${field}[${layer}]`, `is ${show(kind)}; accepted: a name`)
}

const repeat = (cycle: readonly string[], count: number): readonly string[] =>
  Array.from({ length: count }, (_, layer) => cycle[layer % cycle.length] as string)

/** Gemma 3, Cohere 2, Exaone 4, ModernBERT and Qwen 3 Next, before `layer_types` was written out. */
function intervalKinds(config: Json): readonly string[] | undefined {
  const count = layerCount(config)
  const isFull = fullAttention(config)
  if (count === undefined || isFull === undefined) return undefined
  const other = config.full_attention_interval === undefined ? SLIDING : 'linear_attention'
  return Array.from({ length: count }, (_, layer) => (isFull(layer) ? FULL : other))
}

function fullAttention(config: Json): ((layer: number) => boolean) | undefined {
  const every = readCount(config.global_attn_every_n_layers, 'global_attn_every_n_layers')
  const { sliding_window_pattern: pattern } = config
  if (typeof pattern === 'string' && /^[LG]+$/.test(pattern)) {
    return (layer) => pattern[layer % pattern.length] === 'G'
  }
  // ModernBERT counts from its first layer, all others up to the last of each group.
  if (every !== undefined) return (layer) => layer % every === 0
  const linear = readCount(config.full_attention_interval, 'full_attention_interval')
  const interval = readCount(pattern, 'sliding_window_pattern') ?? linear
  if (interval === undefined) return undefined
  return (layer) => layer % interval === interval - 1
}

/** The group of layers in the model's code. */
function codeKinds(config: Json, facts: ModelFacts, notes: Notes): readonly string[] | null {
  const count = layerCount(config)
  if (facts.kinds === undefined || count === undefined) return null
  assumeFromCode(notes, 'layer_types', `${facts.kinds.join(', ')}, ...`, config.model_type)
  return repeat(facts.kinds, count)
}

/** Indices of the layers of one kind; null when the kinds are not known. */
export function layersOf(kinds: readonly string[] | null, kind: string): readonly number[] | null {
  return kinds === null ? null : indicesOf(kinds, (own) => own === kind)
}

/** Indices of the entries for which `test` is true. */
export function indicesOf<Item>(
  list: readonly Item[],
  test: (item: Item) => boolean,
): readonly number[] {
  return list.flatMap((item, index) => (test(item) ? [index] : []))
}

/**
 * Which layers rotate, in models that leave some without RoPE by their index (Llama 4, SmolLM3,
 * Llama 3.2 Vision); undefined when all do. `no_rope_layers` has a 1 for every layer that does
 * rotate, against its name.
 */
export function rotatingLayers(
  config: Json,
  facts: ModelFacts,
  notes: Notes,
): readonly boolean[] | 'unknown' | undefined {
  const marks = perLayerList(config, 'no_rope_layers')
  if (marks !== undefined) return marks.map(readMark)
  const count = layerCount(config)
  const crossing =
    count !== undefined && facts.crosses
      ? chosenLayers(config, 'cross_attention_layers', count)
      : undefined
  if (crossing !== undefined) {
    return Array.from({ length: Number(count) }, (_, layer) => !crossing.includes(layer))
  }
  const given = readCount(config.no_rope_layer_interval, 'no_rope_layer_interval')
  const interval = given ?? facts.stillEvery
  if (interval === undefined) return undefined
  if (given === undefined) {
    assumeFromCode(notes, 'no_rope_layers', `one of ${interval}`, config.model_type)
  }
  if (count === undefined) return 'unknown'
  return Array.from({ length: count }, (_, layer) => (layer + 1) % interval !== 0)
}

function readMark(mark: unknown, layer: number): boolean {
  if (mark === 0 || mark === 1) return mark === 1
  const accepted = '1 for a layer that rotates, 0 for one that does not'
  return failConfig(`no_rope_layers[${layer}]`, `is ${show(mark)}; accepted: ${accepted}`)
}

/** The settings that a layer has of its own (`per_layer_config`), by its index. */
export function ownSettings(config: Json, layer: number): Json {
  const all = config.per_layer_config
  const own = isRecord(all) ? all[String(layer)] : undefined
  return isRecord(own) ? own : {}
}
