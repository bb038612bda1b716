/**
 * The schedule of one dictionary of RoPE parameters: which rope type it names, which keys that
 * type reads, and what Hugging Face fills in when they are missing.
 */
import { show } from '../check.js'
import { RopeError } from '../errors.js'
import type { ScheduleOptions } from '../schedule/schedule.js'
import { agree, failConfig, type Json, readPositive } from './parameters.js'

/** What a reader may look at. */
interface Source {
  readonly config: Json
  readonly parameters: Json
  readonly base: number
  readonly warnings: string[]
}

/** How one rope type is read, and from which keys. */
interface Reader {
  readonly keys: readonly string[]
  read(source: Source): ScheduleOptions
}

/** Spellings that mean another type. */
const ALIASES: Readonly<Record<string, string>> = { su: 'longrope', mrope: 'default' }

/** Types that config.json files name and this version does not compute. */
const PLANNED: readonly string[] = ['dynamic', 'longrope', 'ntk']

/** Model types whose attention multiplies the softmax scale by g(factor, mscale_all_dim)^2. */
const SCALES_SOFTMAX: readonly string[] = ['deepseek_v2', 'deepseek_v3', 'kimi_k2', 'kimi_k25']

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

function warnBelowOne(factor: number, warnings: string[]): void {
  if (factor >= 1) return
  warnings.push(`factor ${factor} is below 1: positions are stretched instead of interpolated`)
}

/** The context before it was extended; a top-level value (Phi-3) wins, as in Hugging Face. */
function originalLength(source: Source, type: string): number {
  const { config, warnings } = source
  const key = 'original_max_position_embeddings'
  const given = readPositive(config[key], key) ?? number(source, key)
  if (given !== undefined) return given
  const length = readPositive(config.max_position_embeddings, 'max_position_embeddings')
  if (length !== undefined) warnings.push(`${key} is missing; max_position_embeddings is taken`)
  return need(length, key, type)
}

function readDefault({ parameters, base, warnings }: Source): ScheduleOptions {
  const factor = readPositive(parameters.factor, 'factor')
  if (factor !== undefined && factor !== 1) {
    warnings.push(`factor ${factor} is ignored: rope type 'default' does not use it`)
  }
  return { type: 'default', base }
}

function readLinear(source: Source): ScheduleOptions {
  const factor = number(source, 'factor')
  if (factor === undefined) {
    return failConfig(
      'factor',
      `is missing; rope type 'linear' needs it, for example 2 for twice the context`,
    )
  }
  warnBelowOne(factor, source.warnings)
  return { type: 'linear', base: source.base, factor }
}

function readLlama3(source: Source): ScheduleOptions {
  return {
    type: 'llama3',
    base: source.base,
    factor: need(number(source, 'factor'), 'factor', 'llama3'),
    lowFreqFactor: need(number(source, 'low_freq_factor'), 'low_freq_factor', 'llama3'),
    highFreqFactor: need(number(source, 'high_freq_factor'), 'high_freq_factor', 'llama3'),
    originalMaxPositionEmbeddings: originalLength(source, 'llama3'),
  }
}

function readYarn(source: Source): ScheduleOptions {
  const { config, parameters, base, warnings } = source
  const original = originalLength(source, 'yarn')
  const extended = readPositive(config.max_position_embeddings, 'max_position_embeddings')
  const factor =
    number(source, 'factor') ?? (extended === undefined ? undefined : extended / original)
  const { truncate } = parameters
  if (truncate !== undefined && typeof truncate !== 'boolean') {
    failConfig('truncate', `is ${show(truncate)}; accepted: true or false`)
  }
  warnBelowOne(need(factor, 'factor', 'yarn'), warnings)
  return {
    type: 'yarn',
    base,
    factor: need(factor, 'factor', 'yarn'),
    originalMaxPositionEmbeddings: original,
    ...optional(source, 'beta_fast', 'betaFast'),
    ...optional(source, 'beta_slow', 'betaSlow'),
    ...optional(source, 'attention_factor', 'attentionFactor'),
    ...optional(source, 'mscale', 'mscale'),
    ...optional(source, 'mscale_all_dim', 'mscaleAllDim'),
    ...(typeof truncate === 'boolean' ? { truncate } : {}),
    ...(SCALES_SOFTMAX.includes(String(config.model_type)) ? { scaleSoftmax: true } : {}),
  }
}

function readProportional(source: Source): ScheduleOptions {
  const { parameters, base, warnings } = source
  const share = number(source, 'partial_rotary_factor')
  if (share === undefined) warnings.push('partial_rotary_factor is missing; 1 is assumed')
  const factor = readPositive(parameters.factor, 'factor')
  return {
    type: 'proportional',
    base,
    partialRotaryFactor: share ?? 1,
    ...(factor === undefined ? {} : { factor }),
  }
}

/** Hunyuan spells a fixed base change as `dynamic` with `alpha`; the real dynamic type has none. */
function readAlpha(source: Source): ScheduleOptions {
  return {
    type: 'ntk-alpha',
    base: source.base,
    alpha: need(number(source, 'alpha'), 'alpha', 'dynamic'),
  }
}

const LENGTH = 'original_max_position_embeddings'
const READERS: Readonly<Record<string, Reader>> = {
  default: { keys: ['factor'], read: readDefault },
  linear: { keys: ['factor'], read: readLinear },
  llama3: { keys: ['factor', 'low_freq_factor', 'high_freq_factor', LENGTH], read: readLlama3 },
  yarn: {
    keys: [
      ...['factor', 'beta_fast', 'beta_slow', 'truncate', 'attention_factor', 'mscale'],
      ...['mscale_all_dim', LENGTH],
    ],
    read: readYarn,
  },
  proportional: { keys: ['factor'], read: readProportional },
}
const ALPHA: Reader = { keys: ['alpha', 'factor'], read: readAlpha }

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
  if (type === 'dynamic' && parameters.alpha !== undefined) return ALPHA
  if (typeof type === 'string' && Object.hasOwn(READERS, type)) return READERS[type] as Reader
  const implemented = Object.keys(READERS)
  const isPlanned = typeof type === 'string' && PLANNED.includes(type)
  throw new RopeError(
    'UNKNOWN_SCHEDULE',
    `config.json: rope type ${show(type)} is ${isPlanned ? 'known, but not implemented in this version' : 'not known'}; implemented: ${implemented.join(', ')}; known: ${[...implemented, ...PLANNED].join(', ')}. As a way out, compute its frequencies yourself and use schedule { type: 'custom', inverseFrequencies }`,
    { field: 'rope_type' },
  )
}

/** The keys that the dictionary's rope type reads. */
export function scheduleKeys(parameters: Json): readonly string[] {
  return readerOf(parameters).keys
}

/**
 * The schedule of a dictionary.
 *
 * @throws RopeError UNKNOWN_SCHEDULE for a type that is not implemented, INVALID_CONFIG when a key
 *   it needs is missing or wrong
 */
export function readSchedule(
  config: Json,
  parameters: Json,
  base: number,
  warnings: string[],
): ScheduleOptions {
  return readerOf(parameters).read({ config, parameters, base, warnings })
}
