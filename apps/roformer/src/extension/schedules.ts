/**
 * The schedules that a model trained at a short length is extended with, each for a length.
 */
import type { ScheduleOptions } from '@rope/core'
import { BASE, TRAINED_SCHEDULE } from '../model/options.js'

/** The names of the schedules that are compared, in the order of tables. */
export type ExtensionName = 'default' | 'linear' | 'ntk' | 'dynamic' | 'ntk-by-parts' | 'yarn'

/** Every one of them. */
export const EXTENSIONS: readonly ExtensionName[] = [
  ...(['default', 'linear', 'ntk', 'dynamic', 'ntk-by-parts', 'yarn'] as const),
]

/** By how much dynamic NTK stretches more than the length asks for: 2, as its author set it. */
const DYNAMIC_FACTOR = 2

/**
 * The schedule that takes a model from `trained` to `length` tokens. At the trained length it is the
 * one that the model was trained with; dynamic NTK does that by itself, and grows with the length.
 */
export function extensionFor(
  name: ExtensionName,
  trained: number,
  length: number,
): ScheduleOptions {
  const factor = length / trained
  const original = { originalMaxPositionEmbeddings: trained }
  const base = BASE
  if (name === 'dynamic') {
    return { type: name, base, factor: DYNAMIC_FACTOR, maxPositionEmbeddings: trained }
  }
  if (name === 'default' || factor <= 1) return TRAINED_SCHEDULE
  if (name === 'linear' || name === 'ntk') return { type: name, base, factor }
  return { type: name, base, factor, ...original }
}
