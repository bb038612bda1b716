/**
 * Which layer is of which kind: from `layer_types`, or from the older keys that say it by an
 * interval or a pattern. Only the number of layers and these keys are looked at.
 */
import { show } from '../../check.js'
import { MOST_LAYERS } from '../../limits.js'
import { nopeIntervalOf } from './model-types.js'
import { failConfig, type Json, readCount } from './parameters.js'

/** The kind of layer that sees everything. */
export const FULL = 'full_attention'
/** The kind of layer that sees a window. */
export const SLIDING = 'sliding_attention'
/** Kinds of layers in hybrid models that mix tokens without q and k to rotate. */
export const WITHOUT_ATTENTION: readonly string[] = ['linear_attention', 'conv', 'mamba', 'mamba2']

/** Every how many layers one has full attention, where the code says so. */
const INTERVALS: Readonly<Record<string, number>> = {
  ...{ gemma3_text: 6, cohere2: 4, cohere2_moe: 4, olmo3: 4, modernbert: 3, exaone4: 4 },
}

/** The number of layers; undefined when the file does not say. */
function layerCount(config: Json): number | undefined {
  const count = readCount(config.num_hidden_layers, 'num_hidden_layers')
  if (count !== undefined && count > MOST_LAYERS) {
    return failConfig('num_hidden_layers', `is ${count}; accepted: at most ${MOST_LAYERS}`)
  }
  return count
}

/** A list with one entry per layer, or undefined when absent or (Llama 4) empty. */
export function perLayerList(value: unknown, field: string): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value) && value.length <= MOST_LAYERS) {
    return value.length === 0 ? undefined : value
  }
  return failConfig(field, `is ${show(value)}; accepted: a list with one entry per layer`)
}

/** The kind of every layer, or null when the file does not say. */
export function layerKinds(config: Json): readonly string[] | null {
  const types = perLayerList(config.layer_types, 'layer_types')
  if (types !== undefined) return types.map(readKind)
  const pattern = perLayerList(config.hybrid_layer_pattern, 'hybrid_layer_pattern')
  if (pattern !== undefined) return pattern.map((mark) => (mark === 1 ? SLIDING : FULL))
  const count = layerCount(config)
  if (count === undefined) return null
  const isFull = fullAttention(config)
  if (isFull === null) return null
  return Array.from({ length: count }, (_, layer) => (isFull(layer) ? FULL : SLIDING))
}

function readKind(kind: unknown, layer: number): string {
  if (typeof kind === 'string') return kind
  return failConfig(`layer_types[${layer}]`, `is ${show(kind)}; accepted: a name`)
}

/** Gemma 3, Cohere 2, Exaone 4 and ModernBERT, before `layer_types` was written out. */
function fullAttention(config: Json): ((layer: number) => boolean) | null {
  const every = readCount(config.global_attn_every_n_layers, 'global_attn_every_n_layers')
  const { sliding_window_pattern: pattern, model_type: type } = config
  if (typeof pattern === 'string' && /^[LG]+$/.test(pattern)) {
    return (layer) => pattern[layer % pattern.length] === 'G'
  }
  const given = readCount(pattern, 'sliding_window_pattern')
  const known = typeof type === 'string' && Object.hasOwn(INTERVALS, type) ? INTERVALS[type] : null
  const interval = every ?? given ?? known
  if (interval === null || interval === undefined) return null
  // ModernBERT counts from its first layer, all others up to the last of each group.
  const first = every !== undefined || type === 'modernbert' ? 0 : interval - 1
  return (layer) => layer % interval === first
}

/** Indices of the layers of one kind; null when the kinds are not known. */
export function layersOf(kinds: readonly string[] | null, kind: string): readonly number[] | null {
  return kinds === null ? null : kinds.flatMap((own, layer) => (own === kind ? [layer] : []))
}

/**
 * Which layers rotate, in models that leave some without RoPE (Llama 4, SmolLM3); undefined when
 * all do. `no_rope_layers` has a 1 for every layer that does rotate, against its name.
 */
export function rotatingLayers(config: Json): readonly boolean[] | 'unknown' | undefined {
  const marks = perLayerList(config.no_rope_layers, 'no_rope_layers')
  if (marks !== undefined) return marks.map(readMark)
  const given = readCount(config.no_rope_layer_interval, 'no_rope_layer_interval')
  const interval = given ?? nopeIntervalOf(config.model_type)
  if (interval === undefined) return undefined
  const count = layerCount(config)
  if (count === undefined) return 'unknown'
  return Array.from({ length: count }, (_, layer) => (layer + 1) % interval !== 0)
}

function readMark(mark: unknown, layer: number): boolean {
  if (mark === 0 || mark === 1) return mark === 1
  const accepted = '1 for a layer that rotates, 0 for one that does not'
  return failConfig(`no_rope_layers[${layer}]`, `is ${show(mark)}; accepted: ${accepted}`)
}

/** Indices where a list of marks says true. */
export function indicesOf(marks: readonly boolean[], wanted: boolean): readonly number[] {
  return marks.flatMap((mark, index) => (mark === wanted ? [index] : []))
}
