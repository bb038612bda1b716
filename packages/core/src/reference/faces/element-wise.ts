/**
 * Face 4 of RoPE: `x * cos + rotate(x) * sin` over whole vectors (RoFormer, equation 34), the form
 * that models compute. `rotate` turns every pair by a quarter turn.
 */
import type { PairingName } from '../../contract/pairing.js'
import { pairChannels } from '../channels.js'
import { at } from '../element.js'

/** Every pair (x, y) becomes (-y, x): the second vector of RoFormer, equation 34. */
export function quarterTurn(x: ArrayLike<number>, pairing: PairingName): Float64Array {
  const pairs = x.length / 2
  const out = new Float64Array(x.length)
  for (let i = 0; i < pairs; i += 1) {
    const channels = pairChannels(pairing, i, pairs)
    out[channels.x] = -at(x, channels.y)
    out[channels.y] = at(x, channels.x)
  }
  return out
}

/** One value per channel from one value per pair: both channels of a pair get the same. */
export function perChannel(values: ArrayLike<number>, pairing: PairingName): Float64Array {
  const pairs = values.length
  const out = new Float64Array(2 * pairs)
  for (let i = 0; i < pairs; i += 1) {
    const channels = pairChannels(pairing, i, pairs)
    out[channels.x] = at(values, i)
    out[channels.y] = at(values, i)
  }
  return out
}

/**
 * `x * cos + rotate(x) * sin`, element by element (RoFormer, equation 34).
 *
 * @param x one head, an even number of channels
 * @param angles m * theta_i in radians, one per pair
 */
export function rotateByElements(
  x: ArrayLike<number>,
  angles: ArrayLike<number>,
  pairing: PairingName,
): Float64Array {
  const cos = perChannel(Float64Array.from(angles, Math.cos), pairing)
  const sin = perChannel(Float64Array.from(angles, Math.sin), pairing)
  const turned = quarterTurn(x, pairing)
  return Float64Array.from(x, (value, c) => value * at(cos, c) + at(turned, c) * at(sin, c))
}
