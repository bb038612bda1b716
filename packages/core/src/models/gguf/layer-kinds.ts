/**
 * Which layers of a GGUF file rotate alike: from its lists and intervals, and where it has none from
 * the table of architectures.
 */
import { MOST_LAYERS } from '../../limits.js'
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

/** Indices from 0 for which `test` is true; null when the number of layers is not known. */
function indices(
  count: number | undefined,
  test: (layer: number) => boolean,
): readonly number[] | null {
  if (count === undefined) return null
  return Array.from({ length: count }, (_, layer) => layer).filter(test)
}

/** Every kind of layer of a file. */
export function kindsOf(keys: GgufKeys, facts: ArchitectureFacts): readonly LayerKind[] {
  const count = keys.count('block_count')
  if (count !== undefined && count > MOST_LAYERS) {
    failGguf(`${keys.architecture}.block_count`, `is ${count}; accepted: at most ${MOST_LAYERS}`)
  }
  const compress = keys.float('attention.compress_rope_freq_base')
  if (compress) {
    return [
      { name: 'main', layers: null, rope: { isPlain: true }, isSliding: false },
      {
        name: 'compress',
        layers: null,
        rope: { base: compress, isPlain: false },
        isSliding: false,
      },
    ]
  }
  return (
    leftOutKinds(keys, facts, count) ??
    slidingKinds(keys, facts, count) ?? [
      { name: 'default', layers: null, rope: { isPlain: false }, isSliding: false },
    ]
  )
}

/** Llama 4 and SmolLM3. */
function leftOutKinds(
  keys: GgufKeys,
  { nopeInterval }: ArchitectureFacts,
  count: number | undefined,
): readonly LayerKind[] | undefined {
  const pattern = keys.list('attention.rope_pattern')
  if (pattern === undefined && nopeInterval === null) return undefined
  const rotates = (layer: number): boolean =>
    pattern === undefined ? (layer + 1) % (nopeInterval ?? 1) !== 0 : pattern[layer] !== 0
  const layers = pattern?.length ?? count
  if (pattern?.every((mark) => mark !== 0)) return undefined
  return [
    { name: 'rope', layers: indices(layers, rotates), rope: { isPlain: false }, isSliding: false },
    { name: 'nope', layers: indices(layers, (i) => !rotates(i)), rope: null, isSliding: false },
  ]
}

/** Models whose sliding layers differ from the others. */
function slidingKinds(
  keys: GgufKeys,
  facts: ArchitectureFacts,
  count: number | undefined,
): readonly LayerKind[] | undefined {
  const window = keys.count('attention.sliding_window')
  const pattern = keys.raw('attention.sliding_window_pattern')
  const stated = keys.float('rope.freq_base_swa')
  const differs =
    stated !== undefined ||
    keys.count('attention.key_length_swa') !== undefined ||
    keys.count('rope.dimension_count_swa') !== undefined
  const usual = facts.slidingBase === 'own' ? keys.float('rope.freq_base') : facts.slidingBase
  const implied = facts.slidingBase !== null && (window !== undefined || pattern !== undefined)
  const isOnly = facts.rotatesSlidingOnly && (window !== undefined || pattern !== undefined)
  if (!differs && !implied && !isOnly) return undefined
  const layers = slidingLayers(keys, facts, count)
  const base = stated ?? usual ?? undefined
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

function slidingLayers(
  keys: GgufKeys,
  { fullInterval, fullFirst }: ArchitectureFacts,
  count: number | undefined,
): (isSliding: boolean) => readonly number[] | null {
  const key = 'attention.sliding_window_pattern'
  if (Array.isArray(keys.raw(key))) {
    const marks = keys.list(key) ?? []
    return (isSliding) => indices(marks.length, (layer) => (marks[layer] !== 0) === isSliding)
  }
  const interval = keys.count(key) ?? fullInterval
  if (interval === null) return () => null
  const full = fullFirst ? 0 : interval - 1
  return (isSliding) => indices(count, (layer) => (layer % interval !== full) === isSliding)
}
