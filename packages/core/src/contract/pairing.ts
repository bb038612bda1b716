/**
 * Pairing: which two channels of the window form pair i. THE place for a new pairing.
 * With n pairs, pair i joins channel `i * step` with channel `i * step + partner`.
 */

import { checkInteger, checkWord } from '../check.js'

/** `half` joins (i, i + n), as GPT-NeoX and Hugging Face Llama; `interleaved` joins (2i, 2i + 1), as GPT-J. */
export type PairingName = 'half' | 'interleaved'

/** A pairing as two plain numbers; no kernel needs to know its name. */
export interface Pairing {
  /** Distance in channels from the first member of pair i to that of pair i + 1. */
  readonly step: number
  /** Distance in channels from the first member of a pair to the second. */
  readonly partner: number
}

/** Every pairing by name. */
export const PAIRINGS: readonly PairingName[] = ['half', 'interleaved']

/**
 * The two numbers of a pairing for a window of `pairs` pairs.
 *
 * @throws RopeError INVALID_OPTION
 */
export function resolvePairing(name: PairingName, pairs: number): Pairing {
  checkWord(name, 'pairing', PAIRINGS)
  checkInteger(pairs, 'pairs', 1, 32768)
  return name === 'half' ? { step: 1, partner: pairs } : { step: 2, partner: 1 }
}
