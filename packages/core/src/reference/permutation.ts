/**
 * The channel order that turns one pairing into the other: rotating half and rotating interleaved
 * are the same map on permuted channels. It proves the two pairings equal in the tests.
 */
import type { PairingName } from '../contract/pairing.js'
import { pairChannels } from './channels.js'
import { at } from './element.js'

/**
 * The same head in the channel order of another pairing: pair i stays pair i.
 *
 * @param x one head, an even number of channels
 */
export function reorderChannels(
  x: ArrayLike<number>,
  from: PairingName,
  to: PairingName,
): Float64Array {
  const pairs = x.length / 2
  const out = new Float64Array(x.length)
  for (let i = 0; i < pairs; i += 1) {
    const source = pairChannels(from, i, pairs)
    const target = pairChannels(to, i, pairs)
    out[target.x] = at(x, source.x)
    out[target.y] = at(x, source.y)
  }
  return out
}
