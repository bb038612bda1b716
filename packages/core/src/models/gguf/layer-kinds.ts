/**
 * Which layers of a GGUF file rotate alike: from its lists and intervals, and where it has none from
 * the table of architectures.
 */
import { MOST_LAYERS } from '../../limits.js'
import { assumeFromCode, type Notes } from '../notes.js'
import type { ArchitectureFacts } from './architectures.js'
import { failGguf, type GgufKeys } from './values.js'

const FULL = 'full_attention'
const SLIDING = 'sliding_attention'

/** One kind of layer, before its config is made. */
export interface LayerKind {
  readonly name: string
  readonly layers: readonly number[] | null
  /** `null`: no rotation; `plain`: default schedule with this base; else the file's schedule. */
  readonly rope: null | { readonly base?: number | undefined; readonly isPlain: boolean }
  readonly isSliding: boolean
}

/** What the kinds are read from. */
interface Source {
  readonly keys: GgufKeys
  readonly facts: ArchitectureFacts
  /** The number of layers; undefined when the file does not say. */
  readonly count: number | undefined
  readonly notes: Notes
}

/** Every kind of layer of a file, without the layers that have no attention. */
export function kindsOf(
  keys: GgufKeys,
  facts: ArchitectureFacts,
  notes: Notes,
): readonly LayerKind[] {
  const count = keys.count('block_count')
  if (count !== undefined && count > MOST_LAYERS) {
    failGguf(`${keys.architecture}.block_count`, `is ${count}; accepted: at most ${MOST_LAYERS}`)
  }
  const source = { keys, facts, count, notes }
  const kinds = compressedKinds(source) ??
    leftOutKinds(source) ??
    slidingKinds(source) ?? [
      { name: 'default', layers: null, rope: { isPlain: false }, isSliding: false },
    ]
  const attends = attention(source)
  if (attends === undefined) return kinds
  const all = kinds.length === 1 ? indices(count, () => true) : null
  return kinds.map((kind) => ({ ...kind, layers: (kind.layers ?? all)?.filter(attends) ?? null }))
}

/** What the file leaves to llama.cpp's loader; said once. */
function assume({ keys, notes }: Source, key: string, value: number): number {
  assumeFromCode(notes, key, value, keys.architecture)
  return value
}

/** Which layers attend: by a list of the others, by heads of which some have none, by an interval. */
function attention(source: Source): ((layer: number) => boolean) | undefined {
  const { keys, facts, count } = source
  const recurrent = keys.layers('attention.recurrent_layers')
  if (recurrent !== undefined) return (layer) => recurrent[layer] === 0
  const heads = ['attention.head_count', 'attention.head_count_kv'].map((key) => keys.layers(key))
  if (heads.some((list) => list?.includes(0))) {
    return (layer) => heads.every((list) => list?.[layer] !== 0)
  }
  const stated = keys.count(INTERVAL)
  if (count === undefined || (stated ?? facts.attendsEvery) === null) return undefined
  const every = stated ?? assume(source, INTERVAL, facts.attendsEvery ?? 1)
  // Blocks that predict further tokens follow the model's own, and all of them attend.
  const own = count - Number(keys.raw('nextn_predict_layers') ?? 0)
  return (layer) => layer >= own || layer % every === every - 1
}

const INTERVAL = 'full_attention_interval'

/** DeepSeek V4: layers that compress have a base of their own. */
function compressedKinds({ keys }: Source): readonly LayerKind[] | undefined {
  const base = keys.float('attention.compress_rope_freq_base')
  if (!base) return undefined
  const ratios = keys.layers('attention.compress_ratios')
  const layers = (isCompressed: boolean): readonly number[] | null =>
    indices(ratios?.length, (layer) => Number(ratios?.[layer]) > 1 === isCompressed)
  return [
    { name: 'main', layers: layers(false), rope: { isPlain: true }, isSliding: false },
    { name: 'compress', layers: layers(true), rope: { base, isPlain: false }, isSliding: false },
  ]
}

/** Llama 4 and SmolLM3. */
function leftOutKinds(source: Source): readonly LayerKind[] | undefined {
  const { keys, facts, count } = source
  const pattern = keys.layers('attention.rope_pattern')
  if (pattern === undefined && facts.nopeInterval === null) return undefined
  if (pattern?.every((mark) => mark !== 0)) return undefined
  const every = pattern ? 1 : assume(source, 'no_rope_layer_interval', facts.nopeInterval ?? 1)
  const rotates = (layer: number): boolean =>
    pattern === undefined ? (layer + 1) % every !== 0 : pattern[layer] !== 0
  const layers = pattern?.length ?? count
  return [
    { name: 'rope', layers: indices(layers, rotates), rope: { isPlain: false }, isSliding: false },
    { name: 'nope', layers: indices(layers, (i) => !rotates(i)), rope: null, isSliding: false },
  ]
}

/** Models whose sliding layers differ from the others. */
function slidingKinds(source: Source): readonly LayerKind[] | undefined {
  const { keys, facts } = source
  const window = keys.count('attention.sliding_window')
  const pattern = keys.raw('attention.sliding_window_pattern')
  const stated = keys.float('rope.freq_base_swa')
  const differs =
    stated !== undefined ||
    keys.count('attention.key_length_swa') !== undefined ||
    keys.count('rope.dimension_count_swa') !== undefined
  const implied = facts.slidingBase !== null && (window !== undefined || pattern !== undefined)
  const isOnly = facts.rotatesSlidingOnly && (window !== undefined || pattern !== undefined)
  if (!differs && !implied && !isOnly) return undefined
  const layers = slidingLayers(source)
  const base = stated ?? slidingBase(source)
  return [
    {
      name: FULL,
      layers: layers(false),
      rope: isOnly ? null : { isPlain: false },
      isSliding: false,
    },
    { name: SLIDING, layers: layers(true), rope: { base, isPlain: !isOnly }, isSliding: true },
  ]
}

/** The base of sliding layers whose file does not say it; undefined for the model's own. */
function slidingBase(source: Source): number | undefined {
  const { slidingBase: usual } = source.facts
  if (usual === 'own') return source.keys.float('rope.freq_base')
  return usual === null ? undefined : assume(source, 'rope.freq_base_swa', usual)
}

function slidingLayers(source: Source): (isSliding: boolean) => readonly number[] | null {
  const { keys, facts, count } = source
  const key = 'attention.sliding_window_pattern'
  const marks = keys.layers(key)
  if (marks !== undefined) {
    return (isSliding) => indices(marks.length, (layer) => (marks[layer] !== 0) === isSliding)
  }
  const stated = keys.count(key)
  if (stated === undefined && facts.fullInterval === null) return () => null
  const interval = stated ?? assume(source, key, facts.fullInterval ?? 1)
  const full = facts.fullFirst ? 0 : interval - 1
  return (isSliding) => indices(count, (layer) => (layer % interval !== full) === isSliding)
}

/** Indices from 0 for which `test` is true; null when the number of layers is not known. */
function indices(
  count: number | undefined,
  test: (layer: number) => boolean,
): readonly number[] | null {
  if (count === undefined) return null
  return Array.from({ length: count }, (_, layer) => layer).filter(test)
}
