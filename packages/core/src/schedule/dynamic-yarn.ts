/**
 * Dynamic YaRN: the factor is the sequence's length over the original one, made anew as it grows.
 * Until a sequence outgrows `maxPositionEmbeddings` nothing changes: a model trained at that length
 * (`finetuned`) uses the factor it was trained with, any other is not scaled at all.
 */
import { checkFlag, checkKeys } from '../check.js'
import { checkLength, pick } from './build.js'
import { defaultFrequencies } from './default.js'
import type { DynamicYarnSchedule, Frequencies, Schedule } from './schedule.js'
import { validateYarn, YARN_KEYS, yarnFrequencies } from './yarn.js'

/** The length whose table is in force. */
function lengthInForce(options: DynamicYarnSchedule, length = 0): number {
  const { originalMaxPositionEmbeddings: original, maxPositionEmbeddings = original } = options
  return Math.max(options.frozenLength ?? length, maxPositionEmbeddings)
}

function factorOf(options: DynamicYarnSchedule, length: number): number {
  const { originalMaxPositionEmbeddings: original, maxPositionEmbeddings = original } = options
  if (length === maxPositionEmbeddings && options.finetuned !== true) return 1
  return Math.max(1, length / original)
}

function dynamicYarnFrequencies(
  options: DynamicYarnSchedule,
  pairs: number,
  length?: number,
): Frequencies {
  const factor = factorOf(options, lengthInForce(options, length))
  if (factor === 1) return defaultFrequencies(options.base, pairs)
  return yarnFrequencies({ ...options, type: 'yarn', factor }, pairs)
}

const LENGTHS = ['maxPositionEmbeddings', 'frozenLength'] as const

/** `{ type: 'dynamic-yarn', base, originalMaxPositionEmbeddings, ... }`. */
export const dynamicYarnSchedule: Schedule<DynamicYarnSchedule> = {
  type: 'dynamic-yarn',
  validate(options) {
    checkKeys(options, 'schedule', [...YARN_KEYS, ...LENGTHS, 'finetuned'])
    return {
      type: 'dynamic-yarn',
      ...validateYarn(options),
      ...pick(options, LENGTHS, (value, field) => checkLength(value, field.split('.')[1] ?? field)),
      ...pick(options, ['finetuned'], checkFlag),
    }
  },
  frequencies: dynamicYarnFrequencies,
  regime: lengthInForce,
}
