/**
 * Which of the binary's instruction sets to use: the best that runs here, or the one asked for.
 */
import { show } from '@rope/core/backend'
import type { InstructionSet } from './addon.js'

/** The choice, or why there is none. */
export type Choice =
  | { readonly ok: true; readonly isa: InstructionSet }
  | { readonly ok: false; readonly known: boolean; readonly reason: string }

/** Those that run here, best first. */
export function supportedSets(sets: readonly InstructionSet[]): readonly InstructionSet[] {
  return sets.filter(({ supported }) => supported).reverse()
}

/** Why the kernels run without vectors here; null when they do not. */
export function withoutVectors(sets: readonly InstructionSet[]): string | null {
  if (supportedSets(sets).some(({ name }) => name !== SCALAR)) return null
  const others = sets.filter(({ name }) => name !== SCALAR).map(({ name }) => name)
  const lacks =
    others.length === 0 ? 'this binary holds no others' : `it lacks ${others.join(', ')}`
  return `this processor can run the ${SCALAR} kernels alone (${lacks}); @rope/wasm may be faster`
}

const SCALAR = 'scalar'

/**
 * Chooses by name, or the best there is.
 *
 * @param sets what the binary holds
 * @param wanted a name, or undefined for the best
 * @param source where the name came from, for messages: `ROPE_ISA`, `isa`
 */
export function chooseInstructionSet(
  sets: readonly InstructionSet[],
  wanted: string | undefined,
  source: string,
): Choice {
  const [best] = supportedSets(sets)
  const names = supportedSets(sets).map(({ name }) => name)
  if (wanted === undefined) {
    return best === undefined
      ? { ok: false, known: true, reason: 'this binary holds no instruction set that runs here' }
      : { ok: true, isa: best }
  }
  const isa = sets.find(({ name }) => name === wanted)
  if (isa?.supported === true) return { ok: true, isa }
  const accepted = `accepted here: ${names.join(', ')}`
  if (isa !== undefined) {
    const reason = `${source} is ${wanted}, which this processor does not support; ${accepted}`
    return { ok: false, known: true, reason }
  }
  const reason = `${source} is ${show(wanted)}, which this binary does not know; ${accepted}`
  return { ok: false, known: false, reason }
}
