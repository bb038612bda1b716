/**
 * From RopeConfigs to the metadata and factor tensors of a GGUF file. What was written is read
 * back before it is returned, and refused unless it gives the same numbers to float32, which is
 * all that GGUF metadata can hold.
 */

import { checkInteger, checkKeys, checkRecord, reject, show } from '../../check.js'
import { sectionAxes } from '../../config/axes.js'
import { computeFrequencies, type RopeConfig } from '../../config/config.js'
import type { PairingName } from '../../contract/pairing.js'
import { RopeError } from '../../errors.js'
import { interleavedAxes } from '../../presets/text.js'
import { stretchedBase } from '../../schedule/build.js'
import type { ScheduleOptions, YarnSchedule } from '../../schedule/schedule.js'
import { checkProfiles } from '../check-profiles.js'
import type { WritableProfile } from '../profile.js'
import {
  type ArchitectureFacts,
  architectureFacts,
  ggufRopeKind,
  ignoresFactors,
  pairingOfKind,
} from './architectures.js'
import { divisorsOf } from './divisors.js'
import { ggufProfiles } from './from-gguf.js'
import type { GgufRope, GgufValue } from './values.js'

/** How to write GGUF metadata. */
export interface ToGgufOptions {
  /** llama.cpp's name of the architecture, such as `llama`; it decides the file's pairing. */
  readonly architecture: string
  /** The context the model was made for, in tokens. */
  readonly maxPositionEmbeddings?: number | undefined
}

/** What to put into a GGUF file. */
export interface GgufOutput extends GgufRope {
  readonly metadata: Readonly<Record<string, GgufValue>>
  readonly tensors: Readonly<Record<string, Float32Array>>
  /** How q and k weights must be permuted for this architecture; null when they stay. */
  readonly permutation: { readonly from: PairingName; readonly to: PairingName } | null
  /** What the keys could not say and how it was written instead. */
  readonly notes: readonly string[]
}

type Metadata = Record<string, GgufValue>

function fail(field: string, problem: string): never {
  throw new RopeError('INVALID_OPTION', problem, { field })
}

/**
 * The metadata and factor tensors of a GGUF file for one config, or a profile per kind of layer.
 * The architecture decides which pairing the file's weights have; where that is not the config's,
 * `permutation` says how to permute q and k.
 *
 * @throws RopeError INVALID_OPTION for an unknown architecture, or when GGUF cannot say what is given
 *
 * @example
 * ```ts
 * const { metadata, tensors, permutation } = toGguf(config, { architecture: 'llama' })
 * ```
 */
export function toGguf(
  rope: RopeConfig | readonly WritableProfile[],
  given: ToGgufOptions,
): GgufOutput {
  const options = checkGgufOptions(given)
  const profiles = checkProfiles(rope)
  const first = profiles.find(({ config }) => config !== null)?.config
  if (!first) return fail('rope', 'no profile rotates; give at least one config')
  const pairing = filePairing(options.architecture, first)
  const notes: string[] = []
  const written = write(profiles, options, notes)
  const output = withAmplitude(written, profiles, options.architecture)
  checkReadBack(output, profiles)
  const permutation = pairing === first.pairing ? null : { from: first.pairing, to: pairing }
  return { ...output, permutation, notes }
}

function checkGgufOptions(given: ToGgufOptions): ToGgufOptions {
  const options = checkRecord(given, 'options', "{ architecture: 'llama' }")
  checkKeys(options, 'options', ['architecture', 'maxPositionEmbeddings'])
  const { architecture, maxPositionEmbeddings: most } = options
  if (typeof architecture !== 'string') {
    return reject('INVALID_OPTION', 'architecture', architecture, "a name such as 'llama'")
  }
  if (most === undefined) return { architecture }
  const field = 'maxPositionEmbeddings'
  return { architecture, [field]: checkInteger(most, field, 1, Number.MAX_SAFE_INTEGER) }
}

function filePairing(architecture: string, { axes }: RopeConfig): PairingName {
  const kind = ggufRopeKind(architecture, axes !== null)
  if (kind === undefined || kind === 'none') {
    const problem = kind === 'none' ? 'has no RoPE' : 'is not in the table of pairings'
    return fail('architecture', `architecture is ${show(architecture)}, which ${problem}`)
  }
  return pairingOfKind(kind)
}

function write(
  profiles: readonly WritableProfile[],
  options: ToGgufOptions,
  notes: string[],
): { readonly metadata: Metadata; readonly tensors: Record<string, Float32Array> } {
  const { architecture, maxPositionEmbeddings } = options
  const facts = architectureFacts(architecture)
  const find = (name: string): RopeConfig | null | undefined =>
    profiles.find((profile) => profile.name === name)?.config
  const main = find('full_attention') ?? find('main') ?? find('rope') ?? find('default')
  const sliding = find('sliding_attention')
  const compress = find('compress')
  const scaled = compress ?? main ?? sliding
  if (!scaled)
    return fail(
      'profiles',
      `profiles ${profiles.map((p) => p.name).join(', ')} have no form in GGUF`,
    )
  const own: Metadata = {}
  const tensors: Record<string, Float32Array> = {}
  const length = maxPositionEmbeddings ?? impliedLength(scaled.schedule)
  if (length !== undefined) own.context_length = length
  Object.assign(own, headKeys(main ?? scaled, facts, ''))
  if (main && sliding) Object.assign(own, headKeys(sliding, facts, '_swa'))
  own['rope.freq_base'] = baseOf((main ?? scaled).schedule)
  if (main && sliding) own['rope.freq_base_swa'] = baseOf(sliding.schedule)
  if (compress) own['attention.compress_rope_freq_base'] = baseOf(compress.schedule)
  Object.assign(own, axesKeys(scaled), layerKeys(profiles))
  Object.assign(own, scheduleKeys(scaled, architecture, facts, tensors, notes))
  checkFactors(architecture, Object.keys(tensors), scaled.schedule)
  const entries = Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])
  return {
    metadata: { 'general.architecture': architecture, ...Object.fromEntries(entries) },
    tensors,
  }
}

/** A tensor that no graph looks at would be a model with other frequencies, in silence. */
function checkFactors(
  architecture: string,
  names: readonly string[],
  { type }: ScheduleOptions,
): void {
  if (names.length === 0 || !ignoresFactors(architecture)) return
  fail(
    'architecture',
    `schedule '${type}' would be the tensors ${names.join(', ')}, which llama.cpp's graph of ${show(architecture)} does not use; write config.json instead, or an architecture whose graph does (llama)`,
  )
}

/** LongRoPE's factor is not in the file; it follows from the two lengths. */
function impliedLength(schedule: ScheduleOptions): number | undefined {
  if (schedule.type !== 'longrope' || schedule.factor === undefined) return undefined
  return Math.round(schedule.factor * schedule.originalMaxPositionEmbeddings)
}

function headKeys(config: RopeConfig, facts: ArchitectureFacts, suffix: string): Metadata {
  const count = { [`rope.dimension_count${suffix}`]: config.rotaryDim }
  return facts.splitsHead ? count : { [`attention.key_length${suffix}`]: config.headDim, ...count }
}

/** A base that other schedules change is written as it is used. */
function baseOf(schedule: ScheduleOptions): number {
  return 'base' in schedule ? schedule.base : 10000
}

/** Four sections, zeros at the end. */
function axesKeys({ axes }: RopeConfig): Metadata {
  if (axes === null) return {}
  if (axes.kind === 'dense') return fail('axes', 'axes with dense weights have no form in GGUF')
  const sections = Array.from(
    { length: axes.count },
    (_, axis) => axes.axisOfPair.filter((own) => own === axis).length,
  )
  const text = JSON.stringify(axes)
  const forms = [sectionAxes(sections), ...(axes.count === 3 ? [interleavedAxes(sections)] : [])]
  if (axes.count > 4 || !forms.some((form) => JSON.stringify(form) === text)) {
    return fail('axes', 'axes are neither sections nor T, H, W in turn, and GGUF knows no others')
  }
  return { 'rope.dimension_sections': [...sections, 0, 0, 0].slice(0, 4) }
}

function layerKeys(profiles: readonly WritableProfile[]): Metadata {
  const total = profiles.reduce((sum, { layers }) => sum + (layers?.length ?? 0), 0)
  const layers = (name: string): readonly number[] | null | undefined =>
    profiles.find((profile) => profile.name === name)?.layers
  if (profiles.length !== 2 || total === 0) return {}
  const marks = (chosen: readonly number[]): readonly boolean[] =>
    Array.from({ length: total }, (_, layer) => chosen.includes(layer))
  const sliding = layers('sliding_attention')
  const rotating = layers('rope')
  return {
    block_count: total,
    ...(sliding ? { 'attention.sliding_window_pattern': marks(sliding) } : {}),
    ...(rotating ? { 'attention.rope_pattern': marks(rotating).map(Number) } : {}),
  }
}

function scheduleKeys(
  { schedule, rotaryDim }: RopeConfig,
  architecture: string,
  facts: ArchitectureFacts,
  tensors: Record<string, Float32Array>,
  notes: string[],
): Metadata {
  const pairs = rotaryDim / 2
  switch (schedule.type) {
    case 'default':
      if (schedule.exponentDim === undefined || schedule.exponentDim === rotaryDim) return {}
      break
    case 'linear':
      if (schedule.exponentDim !== undefined && schedule.exponentDim !== rotaryDim) break
      return { 'rope.scaling.type': 'linear', 'rope.scaling.factor': schedule.factor }
    case 'ntk':
    case 'ntk-alpha':
      return alphaKeys(schedule, architecture, pairs)
    case 'yarn':
      if ((schedule.truncate ?? true) !== facts.truncates) break
      if (!facts.truncates) notes.push(UNROUNDED)
      return yarnKeys(schedule, facts)
    case 'longrope':
      tensors['rope_factors_short.weight'] = Float32Array.from(schedule.shortFactor)
      tensors['rope_factors_long.weight'] = Float32Array.from(schedule.longFactor)
      return {
        'rope.scaling.type': 'longrope',
        'rope.scaling.original_context_length': schedule.originalMaxPositionEmbeddings,
      }
    case 'llama3':
      tensors['rope_freqs.weight'] = divisorsOf(schedule, schedule.base, pairs)
      // The last three are our own: the divisors alone do not always give them back.
      return {
        'rope.scaling.original_context_length': schedule.originalMaxPositionEmbeddings,
        'rope.llama3.factor': schedule.factor,
        'rope.llama3.low_freq_factor': schedule.lowFreqFactor,
        'rope.llama3.high_freq_factor': schedule.highFreqFactor,
      }
    case 'proportional':
      tensors['rope_freqs.weight'] = divisorsOf(schedule, schedule.base, pairs)
      return {}
    case 'dynamic':
    case 'dynamic-yarn':
    case 'xpos':
    case 'fope':
      return fail(
        'schedule.type',
        `'${schedule.type}' has no form in GGUF; write config.json instead`,
      )
    default:
      break
  }
  notes.push(
    `schedule '${schedule.type}' has no keys in GGUF with these options; its frequencies are written as divisors in rope_freqs.weight`,
  )
  tensors['rope_freqs.weight'] = divisorsOf(schedule, baseOf(schedule), pairs)
  return {}
}

const UNROUNDED =
  'truncate: false has no key in GGUF; readers of this architecture know it, and llama.cpp rounds the ends of the ramp'

/** Hunyuan-VL's loader computes the base from alpha; all others want it computed. */
function alphaKeys(
  schedule: Extract<ScheduleOptions, { readonly type: 'ntk' | 'ntk-alpha' }>,
  architecture: string,
  pairs: number,
): Metadata {
  const alpha = schedule.type === 'ntk' ? schedule.factor : schedule.alpha
  if (architecture === 'hunyuan_vl') return { 'rope.scaling.alpha': alpha }
  return { 'rope.freq_base': stretchedBase(schedule.base, alpha, pairs) }
}

function yarnKeys(schedule: YarnSchedule, facts: ArchitectureFacts): Metadata {
  const { betaFast, betaSlow, extrapolationFactor, mscaleAllDim } = schedule
  return {
    'rope.scaling.type': 'yarn',
    'rope.scaling.factor': schedule.factor,
    'rope.scaling.original_context_length': schedule.originalMaxPositionEmbeddings,
    ...(betaFast === undefined ? {} : { 'rope.scaling.yarn_beta_fast': betaFast }),
    ...(betaSlow === undefined ? {} : { 'rope.scaling.yarn_beta_slow': betaSlow }),
    ...(extrapolationFactor === undefined
      ? {}
      : { 'rope.scaling.yarn_ext_factor': extrapolationFactor }),
    ...(mscaleAllDim
      ? { 'rope.scaling.yarn_log_multiplier': mscaleAllDim * facts.logMultiplierShare }
      : {}),
  }
}

/** Adds the multiplier that makes the file's own amplitude the wanted one. */
function withAmplitude(
  written: { readonly metadata: Metadata; readonly tensors: Record<string, Float32Array> },
  profiles: readonly WritableProfile[],
  architecture: string,
): { readonly metadata: Metadata; readonly tensors: Record<string, Float32Array> } {
  const found = readBack(written)
  const index = profiles.findIndex(
    ({ config }, i) => config !== null && isScaled(config, found[i]?.config ?? null),
  )
  const [wanted, got] = [profiles[index]?.config, found[index]?.config]
  if (!wanted || !got) return written
  const key = `${architecture}.rope.scaling.attn_factor`
  const factor = amplitude(wanted) / amplitude(got)
  return { ...written, metadata: { ...written.metadata, [key]: Math.fround(factor) } }
}

const amplitude = (config: RopeConfig): number => computeFrequencies(config).attentionFactor

function isScaled(wanted: RopeConfig, got: RopeConfig | null): boolean {
  return got !== null && Math.abs(amplitude(wanted) / amplitude(got) - 1) > 1e-6
}

function readBack(file: GgufRope): readonly WritableProfile[] {
  return ggufProfiles({ ...file, metadata: singles(file.metadata) })
}

/** What a file would hold: numbers that are not whole are float32. */
function singles(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(metadata).map(([key, value]) => [
    key,
    typeof value === 'number' && !Number.isInteger(value) ? Math.fround(value) : value,
  ])
  return Object.fromEntries(entries)
}

/** Longer than any context: what is in force there must survive too. */
const LONG = 2 ** 40

function checkReadBack(file: GgufRope, profiles: readonly WritableProfile[]): void {
  const found = readBack(file)
  profiles.forEach((wanted, index) => {
    const got = found[index]
    const problem = got === undefined ? 'is not read back' : difference(wanted, got)
    if (problem !== null)
      fail('rope', `profile '${wanted.name}' cannot be said in GGUF: ${problem}`)
  })
  if (found.length !== profiles.length) {
    fail('rope', `GGUF would give ${found.length} kinds of layers instead of ${profiles.length}`)
  }
}

/** What differs between two profiles, except their pairing; null when nothing does. */
function difference(wanted: WritableProfile, got: WritableProfile): string | null {
  if (wanted.name !== got.name) return `it is read back as '${got.name}'`
  if (wanted.layers && JSON.stringify(wanted.layers) !== JSON.stringify(got.layers)) {
    return 'its layers are read back as others'
  }
  const [a, b] = [wanted.config, got.config]
  if (a === null || b === null) return a === b ? null : 'whether it rotates is read back otherwise'
  for (const key of ['headDim', 'rotaryDim', 'windowOffset'] as const) {
    if (a[key] !== b[key]) return `${key} ${a[key]} is read back as ${b[key]}`
  }
  if (JSON.stringify(a.axes) !== JSON.stringify(b.axes)) return 'its axes are read back as others'
  return [undefined, LONG].map((length) => numericDifference(a, b, length)).find(Boolean) ?? null
}

function numericDifference(
  a: RopeConfig,
  b: RopeConfig,
  length: number | undefined,
): string | null {
  const [x, y] = [computeFrequencies(a, length), computeFrequencies(b, length)]
  const close = (p: number, q: number): boolean => Math.abs(p - q) <= 2e-6 * Math.abs(p)
  if (!close(x.attentionFactor, y.attentionFactor)) {
    return `attention factor ${x.attentionFactor} is read back as ${y.attentionFactor}`
  }
  if (!close(x.softmaxScale, y.softmaxScale)) {
    return `softmax scale ${x.softmaxScale} is read back as ${y.softmaxScale}`
  }
  const pair = x.inverseFrequencies.findIndex(
    (own, i) => !close(own, y.inverseFrequencies[i] ?? NaN),
  )
  if (pair < 0) return null
  return `frequency ${x.inverseFrequencies[pair]} of pair ${pair} is read back as ${y.inverseFrequencies[pair]}`
}
