/**
 * The schedule of a GGUF file: its scaling keys, or the divisors of its factor tensors, with what
 * llama.cpp computes from them.
 */
import { checkTypedArray, show } from '../../check.js'
import { RopeError } from '../../errors.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import type { Notes } from '../notes.js'
import type { ArchitectureFacts } from './architectures.js'
import { frequenciesOfDivisors, scheduleOfDivisors } from './divisors.js'
import { failGguf, type GgufKeys, type GgufRope } from './values.js'

/** Keys of scaling that are read. */
export const SCHEDULE_KEYS: readonly string[] = [
  ...['rope.scaling.type', 'rope.scaling.factor', 'rope.scale_linear', 'rope.scaling.alpha'],
  ...['rope.scaling.original_context_length', 'rope.scaling.attn_factor'],
  ...['rope.scaling.yarn_attn_factor', 'rope.scaling.yarn_beta_fast'],
  ...['rope.scaling.yarn_beta_slow', 'rope.scaling.yarn_ext_factor'],
  ...['rope.scaling.yarn_log_multiplier', 'rope.scaling.finetuned'],
  ...['rope.llama3.factor', 'rope.llama3.low_freq_factor', 'rope.llama3.high_freq_factor'],
]

const ORIGINAL = 'rope.scaling.original_context_length'
const TYPES: readonly string[] = ['none', 'linear', 'yarn', 'longrope']

/** A tensor by its short name, from the whole model or its first block. */
function factorTensor(file: GgufRope, name: string, pairs: number): Float32Array | undefined {
  const tensors = file.tensors ?? {}
  const key = [`${name}.weight`, `blk.0.${name}.weight`, name].find((own) =>
    Object.hasOwn(tensors, own),
  )
  const values = key === undefined ? undefined : tensors[key]
  if (values === undefined) return undefined
  checkTypedArray(values, `file.tensors['${key}']`, ['Float32Array'], 'INVALID_CONFIG')
  if (values.length === pairs) return values
  return failGguf(`${key}`, `has ${values.length} numbers; accepted: ${pairs}, one per pair`)
}

/** The scaling type; a factor without a type is linear, as in llama.cpp. */
function scalingType(keys: GgufKeys, factor: number | undefined): string {
  const type = keys.text('rope.scaling.type') ?? (factor === undefined ? 'none' : 'linear')
  if (TYPES.includes(type)) return type
  const field = `${keys.architecture}.rope.scaling.type`
  const problem = `GGUF: ${field} is ${show(type)}; known: ${TYPES.join(', ')}`
  throw new RopeError('UNKNOWN_SCHEDULE', problem, { field })
}

/**
 * The schedule of a GGUF file.
 *
 * @throws RopeError INVALID_CONFIG, UNKNOWN_SCHEDULE
 */
export function readGgufSchedule(
  keys: GgufKeys,
  file: GgufRope,
  facts: ArchitectureFacts,
  base: number,
  pairs: number,
  notes: Notes,
): ScheduleOptions {
  // The older key is read where the newer one is not there; zero is no factor in either.
  const given = keys.float('rope.scaling.factor') ?? keys.float('rope.scale_linear')
  const factor = given || undefined
  const type = scalingType(keys, factor)
  const [short, long] = ['rope_factors_short', 'rope_factors_long'].map((name) =>
    factorTensor(file, name, pairs),
  )
  if (short !== undefined && long !== undefined) return longRope(keys, base, short, long)
  if (type === 'longrope' || short !== undefined || long !== undefined) {
    const missing = short === undefined ? 'rope_factors_short' : 'rope_factors_long'
    return failGguf(`${missing}.weight`, 'is missing; longrope needs both factor tensors')
  }
  const divisors = factorTensor(file, 'rope_freqs', pairs)
  if (divisors !== undefined) {
    if (type !== 'none' && factor !== undefined && factor !== 1) {
      failGguf('rope_freqs.weight', `is there, and so is scaling type '${type}'; keep one of them`)
    }
    return fromDivisors(keys, divisors, base)
  }
  if (type === 'yarn') return yarn(keys, facts, base, factor, notes)
  const alpha = keys.float('rope.scaling.alpha')
  if (alpha && alpha !== 1) return { type: 'ntk-alpha', base, alpha }
  const amplitude = amplitudeOf(keys)
  const plain: ScheduleOptions =
    type === 'linear' && factor !== undefined
      ? { type: 'linear', base, factor }
      : { type: 'default', base }
  return amplitude === 1 ? plain : amplified(plain, amplitude, pairs)
}

/** The two keys that multiply cos and sin. */
function amplitudeOf(keys: GgufKeys): number {
  const own = keys.float('rope.scaling.attn_factor') ?? 1
  return own * (keys.float('rope.scaling.yarn_attn_factor') ?? 1)
}

/** Plain frequencies with an amplitude exist as a list only. */
function amplified(
  plain: ScheduleOptions,
  attentionFactor: number,
  pairs: number,
): ScheduleOptions {
  const { base, factor = 1 } = plain as { readonly base: number; readonly factor?: number }
  const inverseFrequencies = Array.from({ length: pairs }, (_, i) => base ** (-i / pairs) / factor)
  return { type: 'custom', inverseFrequencies, attentionFactor }
}

/** The schedule behind the divisors; with an amplitude, which it could not carry, their list. */
function fromDivisors(keys: GgufKeys, divisors: Float32Array, base: number): ScheduleOptions {
  const amplitude = amplitudeOf(keys)
  if (amplitude !== 1) return frequenciesOfDivisors(divisors, base, amplitude)
  return scheduleOfDivisors(divisors, base, {
    originalLength: keys.count(ORIGINAL),
    factor: keys.float('rope.llama3.factor'),
    lowFreqFactor: keys.float('rope.llama3.low_freq_factor'),
    highFreqFactor: keys.float('rope.llama3.high_freq_factor'),
  })
}

function yarn(
  keys: GgufKeys,
  facts: ArchitectureFacts,
  base: number,
  factor: number | undefined,
  { assumptions }: Notes,
): ScheduleOptions {
  const original = keys.count(ORIGINAL)
  const length = original ?? keys.count('context_length')
  if (original === undefined && length !== undefined) {
    assumptions.push(`${ORIGINAL} is missing; context_length is taken`)
  }
  if (factor === undefined) failGguf('rope.scaling.factor', `is missing; yarn needs it`)
  if (length === undefined) return failGguf(ORIGINAL, 'is missing; yarn needs it')
  const amplitude = amplitudeOf(keys)
  const fast = keys.float('rope.scaling.yarn_beta_fast')
  const slow = keys.float('rope.scaling.yarn_beta_slow')
  const ext = extrapolation(keys)
  if (!facts.truncates) assumptions.push(TRUNCATE)
  return {
    type: 'yarn',
    base,
    factor,
    originalMaxPositionEmbeddings: length,
    ...(fast ? { betaFast: fast } : {}),
    ...(slow ? { betaSlow: slow } : {}),
    ...(ext === undefined ? {} : { extrapolationFactor: ext }),
    ...logMultiplier(keys, facts),
    ...(facts.truncates ? {} : { truncate: false }),
    ...(amplitude === 1 ? {} : { attnFactor: amplitude }),
  }
}

/** gpt-oss. */
const TRUNCATE =
  "truncate is false, as in the model's own code; llama.cpp rounds the ends of the ramp to whole pairs"

/** Negative means that it follows from the type, which is 1 for yarn. */
function extrapolation(keys: GgufKeys): number | undefined {
  const raw = keys.raw('rope.scaling.yarn_ext_factor')
  return typeof raw === 'number' && raw < 0 ? undefined : keys.float('rope.scaling.yarn_ext_factor')
}

/** `yarn_log_multiplier` is mscale_all_dim, or a tenth of it, depending on the architecture. */
function logMultiplier(
  keys: GgufKeys,
  facts: ArchitectureFacts,
): { readonly mscale?: number; readonly mscaleAllDim?: number; readonly scaleSoftmax?: boolean } {
  const stored = keys.float('rope.scaling.yarn_log_multiplier')
  if (!stored) return {}
  const mscaleAllDim =
    facts.logMultiplierShare === 1 ? stored : Number((stored * 10).toPrecision(7))
  const mscale = facts.mscaleIsAllDim ? mscaleAllDim : 1
  return { mscale, mscaleAllDim, ...(facts.scalesSoftmax ? { scaleSoftmax: true } : {}) }
}

/** A follows from the lengths, or is stated. */
function longRope(
  keys: GgufKeys,
  base: number,
  short: Float32Array,
  long: Float32Array,
): ScheduleOptions {
  const original = keys.count(ORIGINAL)
  if (original === undefined) return failGguf(ORIGINAL, 'is missing; longrope needs it')
  const context = keys.count('context_length')
  const factor = context === undefined ? 1 : context / original
  const implied = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original))
  const stated = amplitudeOf(keys)
  const agrees = Math.abs(stated / implied - 1) < 1e-6
  return {
    type: 'longrope',
    base,
    shortFactor: Array.from(short),
    longFactor: Array.from(long),
    originalMaxPositionEmbeddings: original,
    ...(agrees && factor > 1 ? { factor } : {}),
    ...(agrees || stated === 1 ? {} : { attentionFactor: stated }),
  }
}
