/**
 * The schedule of one dictionary of RoPE parameters: which rope type it names, which keys that
 * type reads, and what Hugging Face fills in when they are missing.
 */
import { show } from '../../check.js'
import { RopeError } from '../../errors.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import { assumeFromCode } from '../notes.js'
import type { LayerSource } from './layer-source.js'
import { agree, failConfig, type Json, readFlag, readPositive } from './parameters.js'

/** What a reader may look at. */
interface Source extends LayerSource {
  readonly base: number
}

/** How one rope type is read, and from which keys. */
interface Reader {
  readonly keys: readonly string[]
  read(source: Source): ScheduleOptions
}

/** Spellings that mean another type. */
const ALIASES: Readonly<Record<string, string>> = {
  ...{ su: 'longrope', mrope: 'default', none: 'default' },
}

/** Types whose numbers do not lie in config.json, and what to do instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  axial:
    'it rotates by the rows and columns of an image: use a preset of @rope/core/presets (pixtralVisionRope, qwen2VisionRope, ...)',
  mllama4: 'it is the vision tower of Llama 4: use llama4VisionRope',
  openpangu: 'its axes are not described in the file: give axes yourself',
  deepseek_llama_scaling: 'name its frequencies: llama3 or yarn',
  fope: "its matrices are learned and lie in the weights: use schedule { type: 'fope' }",
  xpos: "its decay is not described in the file: use schedule { type: 'xpos' }",
}

function need(value: number | undefined, key: string, type: string): number {
  return value ?? failConfig(key, `is missing; rope type '${type}' needs it`)
}

function number({ parameters }: Source, key: string): number | undefined {
  return readPositive(parameters[key], key)
}

/** Like `number`, but a null counts as absent and a zero is kept out of the schedule. */
function optional(source: Source, key: string, name: string): Readonly<Record<string, number>> {
  if (source.parameters[key] === 0) return {}
  const value = number(source, key)
  return value === undefined ? {} : { [name]: value }
}

/** Like `optional`, but zero is a value like any other. */
function withZero(source: Source, key: string, name: string): Readonly<Record<string, number>> {
  return source.parameters[key] === 0 ? { [name]: 0 } : optional(source, key, name)
}

function flag({ parameters }: Source, key: string): Readonly<Record<string, boolean>> {
  const value = readFlag(parameters[key], key)
  return value === undefined ? {} : { [key]: value }
}

function warnBelowOne(factor: number, warnings: string[]): void {
  if (factor >= 1) return
  warnings.push(`factor ${factor} is below 1: positions are stretched instead of interpolated`)
}

/** A factor beside lengths that say another; lengths that are equal say none. */
function warnOther(factor: number, implied: number | undefined, warnings: string[]): void {
  if (implied === undefined || implied === 1 || implied === factor) return
  warnings.push(`factor is ${factor}, but ${MAXIMUM} / ${LENGTH} is ${implied}; factor is used`)
}

const LENGTH = 'original_max_position_embeddings'
const MAXIMUM = 'max_position_embeddings'

function maximumLength({ config }: Source): number | undefined {
  return readPositive(config[MAXIMUM], MAXIMUM)
}

/** The context before it was extended; a top-level value (Phi-3) wins, as in Hugging Face. */
function originalLength(source: Source, type: string): number {
  const { config, notes } = source
  const top = readPositive(config[LENGTH], LENGTH)
  const own = number(source, LENGTH)
  if (top !== undefined && own !== undefined && top !== own) {
    notes.warnings.push(
      `${LENGTH} is ${own} in the RoPE parameters and ${top} beside them, which wins`,
    )
  }
  const given = top ?? own
  if (given !== undefined) return given
  const length = maximumLength(source)
  if (length !== undefined) notes.assumptions.push(`${LENGTH} is missing; ${MAXIMUM} is taken`)
  return need(length, LENGTH, type)
}

function readDefault({ parameters, base, notes: { warnings } }: Source): ScheduleOptions {
  const factor = readPositive(parameters.factor, 'factor')
  if (factor !== undefined && factor !== 1) {
    warnings.push(`factor ${factor} is ignored: rope type 'default' does not use it`)
  }
  return { type: 'default', base }
}

function readLinear(source: Source): ScheduleOptions {
  const factor = need(number(source, 'factor'), 'factor', 'linear')
  warnBelowOne(factor, source.notes.warnings)
  return { type: 'linear', base: source.base, factor }
}

function readLlama3(source: Source): ScheduleOptions {
  const low = need(number(source, 'low_freq_factor'), 'low_freq_factor', 'llama3')
  const high = need(number(source, 'high_freq_factor'), 'high_freq_factor', 'llama3')
  const originalMaxPositionEmbeddings = originalLength(source, 'llama3')
  const maximum = maximumLength(source)
  if (maximum !== undefined && originalMaxPositionEmbeddings >= maximum) {
    source.notes.warnings.push(`${LENGTH} ${originalMaxPositionEmbeddings} is not below ${MAXIMUM}`)
  }
  if (high <= low) {
    const step = high === low ? 'the ramp is a step' : 'the ramp runs backwards'
    source.notes.warnings.push(
      `high_freq_factor ${high} is not above low_freq_factor ${low}: ${step}`,
    )
  }
  return {
    type: 'llama3',
    base: source.base,
    factor: need(number(source, 'factor'), 'factor', 'llama3'),
    lowFreqFactor: low,
    highFreqFactor: high,
    originalMaxPositionEmbeddings,
  }
}

/** What yarn and dynamic yarn share. */
function yarnParts(source: Source): Readonly<Record<string, number | boolean>> {
  return {
    ...optional(source, 'beta_fast', 'betaFast'),
    ...optional(source, 'beta_slow', 'betaSlow'),
    ...optional(source, 'mscale', 'mscale'),
    ...optional(source, 'mscale_all_dim', 'mscaleAllDim'),
    ...withZero(source, 'extrapolation_factor', 'extrapolationFactor'),
    ...optional(source, 'attn_factor', 'attnFactor'),
    ...flag(source, 'truncate'),
  }
}

function readYarn(
  source: Source,
  scaleSoftmax = false,
  mscaleCoefficient?: number,
): ScheduleOptions {
  const { base, facts, notes } = source
  const original = originalLength(source, 'yarn')
  const extended = maximumLength(source)
  const implied = extended === undefined ? undefined : extended / original
  const given = number(source, 'factor')
  if (given === undefined && implied !== undefined) {
    notes.assumptions.push(`factor is missing; ${MAXIMUM} / ${LENGTH} = ${implied} is taken`)
  }
  const factor = need(given ?? implied, 'factor', 'yarn')
  warnBelowOne(factor, notes.warnings)
  warnOther(factor, implied, notes.warnings)
  warnBackwards(source)
  return {
    type: 'yarn',
    base,
    factor,
    originalMaxPositionEmbeddings: original,
    ...yarnParts(source),
    ...statedAmplitude(source),
    ...(scaleSoftmax || facts.scalesSoftmax ? { scaleSoftmax: true } : {}),
    ...(mscaleCoefficient === undefined ? {} : { mscaleCoefficient }),
  }
}

/** The amplitude in the file, or the one that the model's code states instead of computing it. */
function statedAmplitude(source: Source): Readonly<Record<string, number>> {
  const stated = optional(source, 'attention_factor', 'attentionFactor')
  const { config, facts, notes } = source
  if (stated.attentionFactor !== undefined || facts.yarnAmplitude === undefined) return stated
  assumeFromCode(notes, 'attention_factor', facts.yarnAmplitude, config.model_type)
  return { attentionFactor: facts.yarnAmplitude }
}

function warnBackwards(source: Source): void {
  // Zero means the default, as in Hugging Face.
  const { betaFast = 32 } = optional(source, 'beta_fast', 'betaFast')
  const { betaSlow = 1 } = optional(source, 'beta_slow', 'betaSlow')
  if (betaFast >= betaSlow) return
  const problem = `beta_fast ${betaFast} is below beta_slow ${betaSlow}`
  source.notes.warnings.push(`${problem}: the ramp runs backwards`)
}

function readDynamicYarn(source: Source): ScheduleOptions {
  const maximum = maximumLength(source)
  return {
    type: 'dynamic-yarn',
    base: source.base,
    originalMaxPositionEmbeddings: originalLength(source, 'dynamic-yarn'),
    ...yarnParts(source),
    ...(maximum === undefined ? {} : { maxPositionEmbeddings: maximum }),
    ...flag(source, 'finetuned'),
  }
}

function readDynamic(source: Source): ScheduleOptions {
  const factor = need(number(source, 'factor'), 'factor', 'dynamic')
  warnBelowOne(factor, source.notes.warnings)
  const maximum = need(maximumLength(source), MAXIMUM, 'dynamic')
  return { type: 'dynamic', base: source.base, factor, maxPositionEmbeddings: maximum }
}

function readNtk(source: Source): ScheduleOptions {
  const factor = need(number(source, 'factor'), 'factor', 'ntk')
  const mixedB = number(source, 'mixed_b')
  const { base } = source
  if (mixedB === undefined) return { type: 'ntk-fixed', base, factor }
  return { type: 'ntk-mixed', base, factor, mixedB }
}

function readByParts(source: Source): ScheduleOptions {
  return {
    type: 'ntk-by-parts',
    base: source.base,
    factor: need(number(source, 'factor'), 'factor', 'ntk-by-parts'),
    originalMaxPositionEmbeddings: originalLength(source, 'ntk-by-parts'),
    ...withZero(source, 'ntk_factor', 'ntkFactor'),
    ...withZero(source, 'extrapolation_factor', 'extrapolationFactor'),
  }
}

function readLongRope(source: Source): ScheduleOptions {
  const {
    base,
    notes: { warnings },
  } = source
  const original = originalLength(source, 'longrope')
  const maximum = maximumLength(source)
  const given = number(source, 'factor')
  const implied = maximum === undefined || maximum === original ? undefined : maximum / original
  if (given !== undefined) warnOther(given, implied, warnings)
  const factor = given ?? implied
  return {
    type: 'longrope',
    base,
    shortFactor: divisors(source, 'short_factor'),
    longFactor: divisors(source, 'long_factor'),
    originalMaxPositionEmbeddings: original,
    ...(factor === undefined ? {} : { factor }),
    ...optional(source, 'attention_factor', 'attentionFactor'),
    ...optional(source, 'short_mscale', 'shortMscale'),
    ...optional(source, 'long_mscale', 'longMscale'),
  }
}

function divisors({ parameters }: Source, key: string): readonly number[] {
  const list = parameters[key]
  if (list === undefined || list === null) {
    return failConfig(key, `is missing; rope type 'longrope' needs it, one divisor per pair`)
  }
  if (Array.isArray(list) && list.every((item) => typeof item === 'number')) return list
  return failConfig(key, `is ${show(list)}; accepted: a list of numbers, one per pair`)
}

function readProportional(source: Source): ScheduleOptions {
  const { config, parameters, base, notes } = source
  const share = number(source, 'partial_rotary_factor') ?? topShare(config)
  if (share === undefined) notes.assumptions.push('partial_rotary_factor is missing; 1 is taken')
  const factor = readPositive(parameters.factor, 'factor')
  return {
    type: 'proportional',
    base,
    partialRotaryFactor: share ?? 1,
    ...(factor === undefined ? {} : { factor }),
  }
}

function topShare(config: Json): number | undefined {
  return readPositive(config.partial_rotary_factor, 'partial_rotary_factor')
}

/** Hunyuan spells a fixed base change as `dynamic` with `alpha`; the real dynamic type has none. */
function readAlpha(source: Source): ScheduleOptions {
  const alpha = need(number(source, 'alpha'), 'alpha', 'dynamic')
  return { type: 'ntk-alpha', base: source.base, alpha }
}

const YARN_KEYS: readonly string[] = [
  ...['beta_fast', 'beta_slow', 'truncate', 'mscale', 'mscale_all_dim', LENGTH],
  ...['extrapolation_factor', 'attn_factor'],
]
const YARN: Reader = {
  keys: ['factor', 'attention_factor', 'finetuned', ...YARN_KEYS],
  read: (source) => readYarn(source),
}
const ALPHA: Reader = { keys: ['alpha', 'factor'], read: readAlpha }
/** Hunyuan's own configs repeat yarn's keys beside alpha; the model reads none of them. */
const ALPHA_UNREAD: readonly string[] = ['beta_fast', 'beta_slow', 'mscale', 'mscale_all_dim']

const READERS: Readonly<Record<string, Reader>> = {
  default: { keys: ['factor'], read: readDefault },
  linear: { keys: ['factor'], read: readLinear },
  dynamic: { keys: ['factor'], read: readDynamic },
  yarn: YARN,
  longrope: {
    keys: [
      ...['short_factor', 'long_factor', 'factor', 'attention_factor', 'short_mscale'],
      ...['long_mscale', LENGTH],
    ],
    read: readLongRope,
  },
  llama3: { keys: ['factor', 'low_freq_factor', 'high_freq_factor', LENGTH], read: readLlama3 },
  proportional: { keys: ['factor'], read: readProportional },
  xdrope: ALPHA,
  ntk: { keys: ['factor', 'mixed_b'], read: readNtk },
  'ntk-by-parts': {
    keys: ['factor', LENGTH, 'ntk_factor', 'extrapolation_factor'],
    read: readByParts,
  },
  'dynamic-yarn': { keys: ['factor', 'finetuned', ...YARN_KEYS], read: readDynamicYarn },
  deepseek_yarn: { ...YARN, read: (source) => readYarn(source, true) },
  'telechat3-yarn': { ...YARN, read: (source) => readYarn(source, false, 0.07) },
}

/** Every rope type that is read, old spellings included. */
const ROPE_TYPES: readonly string[] = [...Object.keys(READERS), ...Object.keys(ALIASES)]

/** The rope type a dictionary names, with old spellings replaced; `default` when it names none. */
export function readType(parameters: Json): unknown {
  const named = (key: 'rope_type' | 'type'): unknown => {
    const type = parameters[key]
    return typeof type === 'string' && Object.hasOwn(ALIASES, type) ? ALIASES[type] : type
  }
  const type = agree([
    ['rope_type', named('rope_type')],
    ['type', named('type')],
  ])
  return type ?? 'default'
}

function readerOf(parameters: Json): Reader {
  const type = readType(parameters)
  // Hunyuan's files state alpha next to `dynamic`; zero means that it is not used.
  if (type === 'dynamic' && parameters.alpha) return ALPHA
  if (typeof type === 'string' && Object.hasOwn(READERS, type)) return READERS[type] as Reader
  const elsewhere =
    typeof type === 'string' && Object.hasOwn(ELSEWHERE, type) ? ELSEWHERE[type] : undefined
  const problem = elsewhere === undefined ? 'not known' : `known, but not read: ${elsewhere}`
  throw new RopeError(
    'UNKNOWN_SCHEDULE',
    `config.json: rope type ${show(type)} is ${problem}; known: ${ROPE_TYPES.join(', ')}. Else compute the frequencies yourself and use schedule { type: 'custom', inverseFrequencies }`,
    { field: 'rope_type' },
  )
}

/** The keys that the dictionary's rope type reads. */
export function scheduleKeys(parameters: Json): readonly string[] {
  const reader = readerOf(parameters)
  return reader === ALPHA ? [...reader.keys, ...ALPHA_UNREAD] : reader.keys
}

/**
 * The schedule of a dictionary.
 *
 * @throws RopeError UNKNOWN_SCHEDULE for a type that is not read, INVALID_CONFIG when a key it
 *   needs is missing or wrong
 */
export function readSchedule(source: LayerSource, base: number): ScheduleOptions {
  return readerOf(source.parameters).read({ ...source, base })
}
