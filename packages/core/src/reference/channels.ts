/**
 * Which two channels of a head form a pair, written out for the oracles alone: the fast path has
 * its own way to say it (two strides), and the tests compare the two.
 */
import type { PairingName } from '../contract/pairing.js'

/** The channels of one pair: x is its real part, y its imaginary part. */
export interface PairChannels {
  readonly x: number
  readonly y: number
}

/**
 * The channels of pair `i` of `pairs`, counted from the first channel of the window.
 * Interleaved is the paper's own order (RoFormer, equation 15): (x1, x2), (x3, x4), ...
 * Half is the order of GPT-NeoX: channel i with channel i + pairs.
 */
export function pairChannels(pairing: PairingName, i: number, pairs: number): PairChannels {
  if (pairing === 'interleaved') return { x: 2 * i, y: 2 * i + 1 }
  return { x: i, y: pairs + i }
}
