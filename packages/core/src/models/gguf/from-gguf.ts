/**
 * From the metadata and factor tensors of a GGUF file to RopeConfigs, one per kind of layer. What
 * the file does not say is taken from the table of architectures; what was assumed is a warning.
 */

import { checkKeys, checkRecord, meant, readDocument, show } from '../../check.js'
import { type AxesOptions, sectionAxes } from '../../config/axes.js'
import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { PairingName } from '../../contract/pairing.js'
import { RopeError } from '../../errors.js'
import { MOST_CHANNELS } from '../../limits.js'
import { interleavedAxes } from '../../presets/text.js'
import { selectConfig } from '../huggingface/from-hugging-face.js'
import { likeName } from '../known-models.js'
import { assumeFromCode, emptyNotes, type Notes } from '../notes.js'
import type { RopeProfile } from '../profile.js'
import {
  type ArchitectureFacts,
  architectureFacts,
  GGUF_ARCHITECTURES,
  type GgufRopeKind,
  ggufRopeKind,
  pairingOfKind,
} from './architectures.js'
import { kindsOf, type LayerKind } from './layer-kinds.js'
import { readGgufSchedule, SCHEDULE_KEYS } from './read-schedule.js'
import { failGguf, GgufKeys, type GgufRope } from './values.js'

/** How to read a GGUF file. */
export interface GgufOptions {
  /** Overrides the pairing of the file's weights that follows from its architecture. */
  readonly pairing?: PairingName | undefined
}

/** Keys about RoPE that are read, besides those of schedules. */
const KNOWN: readonly string[] = [
  ...['rope.dimension_count', 'rope.dimension_count_swa', 'rope.dimension_sections'],
  ...['rope.freq_base', 'rope.freq_base_swa'],
]

/** What all profiles of a file share. */
interface Source {
  readonly keys: GgufKeys
  readonly file: GgufRope
  readonly facts: ArchitectureFacts
  readonly kind: GgufRopeKind | undefined
  readonly options: GgufOptions
  /** What was said about the model as a whole. */
  readonly shared: Notes
}

/**
 * Every kind of layer of a GGUF file with its RoPE. The pairing is that of the weights as they lie
 * in the file.
 *
 * @throws RopeError INVALID_CONFIG when it lacks something or contradicts itself,
 *   UNKNOWN_SCHEDULE when its scaling type is not known
 */
export function ggufProfiles(given: GgufRope, how: GgufOptions = {}): readonly RopeProfile[] {
  const options = checkRecord(how, 'options', '{ pairing }') as GgufOptions
  checkKeys({ ...options }, 'options', ['pairing'])
  const file = checkFile(given)
  const keys = new GgufKeys(file.metadata)
  const sections = keys.list('rope.dimension_sections')?.some((size) => size > 0) === true
  const kind = ggufRopeKind(keys.architecture, sections)
  const facts = architectureFacts(keys.architecture)
  const source = { keys, file, facts, kind, options, shared: emptyNotes() }
  if (kind === 'none' || isStill(source)) return [still('default', null)]
  return kindsOf(keys, facts, source.shared).map((own) => {
    try {
      return readProfile(source, own)
    } catch (error) {
      throw asConfigError(error)
    }
  })
}

/** Architectures and sizes of models that do not rotate, against what their kind says. */
function isStill({ keys, facts }: Source): boolean {
  const isOff = facts.finetunedMeansRope && keys.raw('rope.scaling.finetuned') === false
  return facts.still || isOff || keys.count('block_count') === facts.stillAtLayers
}

/** What is read of a file, and what writers and other readers of GGUF have beside it. */
const FILE_KEYS: readonly string[] = [
  ...['metadata', 'tensors', 'permutation', 'notes', 'tensorInfos', 'tensorDataOffset'],
  ...['tensorInfoByteRange', 'parameterCount', 'littleEndian', 'typedMetadata', 'version'],
]

function checkFile(given: GgufRope): GgufRope {
  const file = checkRecord(given, 'file', '{ metadata, tensors }')
  checkKeys(file, 'file', FILE_KEYS)
  checkRecord(file.metadata, 'file.metadata', 'an object of GGUF keys')
  const metadata = readDocument(file.metadata, 'file.metadata', 'INVALID_CONFIG')
  const tensors = checkRecord(file.tensors ?? {}, 'file.tensors', 'Float32Arrays by name')
  return { metadata, tensors } as GgufRope
}

/**
 * The RoPE of a GGUF file.
 *
 * @param options `profile` names the kind of layer when several of them rotate
 * @throws RopeError INVALID_CONFIG, UNKNOWN_SCHEDULE, or INVALID_OPTION when a profile must be named
 */
export function fromGguf(
  file: GgufRope,
  options: GgufOptions & { readonly profile?: string | undefined } = {},
): RopeConfig {
  const given = checkRecord(options, 'options', '{ pairing, profile }')
  checkKeys(given, 'options', ['pairing', 'profile'])
  const { profile, ...how } = given as typeof options
  return selectConfig(ggufProfiles(file, how), profile, 'GGUF')
}

function asConfigError(error: unknown): unknown {
  if (!RopeError.isInstance(error) || error.code !== 'INVALID_OPTION' || error.field === 'pairing')
    return error
  return new RopeError('INVALID_CONFIG', `GGUF: ${error.message}`, { cause: error })
}

function readProfile(source: Source, { name, layers, rope, isSliding }: LayerKind): RopeProfile {
  if (rope === null) return still(name, layers)
  const { keys, shared, facts } = source
  const notes = { assumptions: [...shared.assumptions], warnings: [...shared.warnings] }
  const headDim = readHeadDim(source, isSliding)
  const rotaryDim = facts.isPlain ? headDim : readRotaryDim(keys, headDim, isSliding)
  const base = rope.base ?? readBase(keys, notes)
  const pairs = rotaryDim / 2
  const schedule =
    rope.isPlain || facts.isPlain
      ? ({ type: 'default', base } as const)
      : readGgufSchedule(keys, source.file, facts, base, pairs, notes)
  const axes = readAxes(source, pairs, notes)
  const config = resolveConfig({
    headDim,
    rotaryDim,
    windowOffset: facts.rotatesTail ? headDim - rotaryDim : 0,
    pairing: readPairing(source),
    schedule,
    ...(axes === undefined ? {} : { axes }),
    ...(notes.assumptions.length === 0 ? {} : { assumptions: notes.assumptions }),
  })
  for (const key of keys.unread([...KNOWN, ...SCHEDULE_KEYS]))
    notes.warnings.push(`${key} is not read`)
  return { name, config, layers, attentionDim: attentionWidth(source, headDim), ...notes }
}

/** Layers that do not rotate. */
function still(name: string, layers: readonly number[] | null): RopeProfile {
  return { name, config: null, layers, attentionDim: null, assumptions: [], warnings: [] }
}

/** With latent attention, q and k are wider than the part that rotates. */
function attentionWidth({ keys, facts }: Source, headDim: number): number {
  if (!facts.splitsHead) return headDim
  return keys.count('attention.key_length_mla') ?? keys.count('attention.key_length') ?? headDim
}

function readBase(keys: GgufKeys, { assumptions }: Notes): number {
  const base = keys.float('rope.freq_base')
  if (base) return base
  assumptions.push('rope.freq_base is missing; 10000, the default of llama.cpp, is taken')
  return 10000
}

/** What follows is as long as a head is wide, so no wider one is let in. */
function readHeadDim(source: Source, isSliding: boolean): number {
  const headDim = findHeadDim(source, isSliding)
  if (headDim <= MOST_CHANNELS) return headDim
  const field = `${source.keys.architecture}.attention.key_length`
  return failGguf(
    field,
    `comes to ${headDim}; accepted: at most ${MOST_CHANNELS} channels per head`,
  )
}

function findHeadDim({ keys, facts }: Source, isSliding: boolean): number {
  const rotary = facts.isPlain ? undefined : keys.count('rope.dimension_count')
  if (facts.splitsHead && rotary !== undefined) return rotary
  const own = isSliding ? keys.count('attention.key_length_swa') : undefined
  const given = own ?? keys.count('attention.key_length')
  if (given !== undefined && !facts.isPlain) return given
  const embedding = keys.count('embedding_length')
  const heads = keys.count('attention.head_count', true)
  if (embedding !== undefined && heads !== undefined) return Math.floor(embedding / heads)
  if (rotary ?? given) return (rotary ?? given) as number
  return failGguf(
    `${keys.architecture}.attention.key_length`,
    'is missing, and so are embedding_length and attention.head_count, from which it would follow',
  )
}

function readRotaryDim(keys: GgufKeys, headDim: number, isSliding: boolean): number {
  const own = isSliding ? keys.count('rope.dimension_count_swa') : undefined
  const shared = isSliding && keys.count('attention.key_length_swa') !== undefined
  const count = own ?? (shared ? undefined : keys.count('rope.dimension_count')) ?? headDim
  if (count % 2 === 0 && count <= headDim) return count
  const accepted = `an even number up to the head's ${headDim} channels`
  return failGguf(`${keys.architecture}.rope.dimension_count`, `is ${count}; accepted: ${accepted}`)
}

function readPairing({ keys, kind, options }: Source): PairingName {
  const { pairing } = options
  if (pairing !== undefined) {
    if (pairing === 'half' || pairing === 'interleaved') return pairing
    const problem = `pairing is ${show(pairing)}; accepted: 'half' or 'interleaved'`
    throw new RopeError('INVALID_OPTION', problem, { field: 'pairing' })
  }
  if (kind !== undefined && kind !== 'none') return pairingOfKind(kind)
  return failGguf(
    'general.architecture',
    `is ${show(keys.architecture)}, which is not in llama.cpp's table${meant(likeName(keys.architecture, GGUF_ARCHITECTURES))}, and no file says which channels turn together; give pairing: 'half' for LLAMA_ROPE_TYPE_NEOX, 'interleaved' for LLAMA_ROPE_TYPE_NORM`,
  )
}

/** The sections of the file, or those of the model's code where they fit. */
function readSections({ keys, facts }: Source, pairs: number, notes: Notes): readonly number[] {
  const given = keys.list('rope.dimension_sections')
  if (given !== undefined) return given
  const { sections } = facts
  const field = `${keys.architecture}.rope.dimension_sections`
  if (sections?.reduce((sum, size) => sum + size, 0) !== pairs) {
    return failGguf(
      field,
      `is missing; models of this architecture have several positions per token: add the pairs of each, which sum to ${pairs}`,
    )
  }
  assumeFromCode(notes, 'rope.dimension_sections', sections, keys.architecture)
  return sections ?? []
}

function readAxes(source: Source, pairs: number, notes: Notes): AxesOptions | undefined {
  const { keys, kind } = source
  if (kind !== 'mrope' && kind !== 'imrope') return undefined
  const given = readSections(source, pairs, notes)
  const last = given.reduce((found, size, axis) => (size > 0 ? axis : found), 0)
  const sections = given.slice(0, Math.max(kind === 'imrope' ? 3 : 1, last + 1))
  const field = `${keys.architecture}.rope.dimension_sections`
  const total = sections.reduce((sum, size) => sum + size, 0)
  if (total !== pairs || !sections.every((size) => Number.isInteger(size) && size >= 0)) {
    failGguf(field, `is ${show(given)}; accepted: whole numbers that sum to ${pairs} pairs`)
  }
  if (kind === 'mrope') return sectionAxes(sections)
  if (sections.length !== 3) failGguf(field, `is ${show(given)}; accepted: three sections`)
  const [, height = 0, width = 0] = sections
  if (3 * Math.min(height, width) < pairs - 2) {
    notes.warnings.push(
      'ggml gives the pairs beyond the sections to a fourth position; here they follow time, as the model was trained (ggmlInterleavedAxes has the other map)',
    )
  }
  return interleavedAxes(sections)
}
