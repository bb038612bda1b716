/**
 * Face 1 of RoPE: a pair of channels is a complex number, and a position is a complex factor of
 * modulus 1 (RoFormer, equation 12). The other three faces say the same in real numbers.
 */
import type { PairingName } from '../../contract/pairing.js'
import { pairChannels } from '../channels.js'
import { at } from '../element.js'

/** The complex number `re + i im`. */
export interface Complex {
  readonly re: number
  readonly im: number
}

/** `e^(i angle)`. */
export function unitComplex(angle: number): Complex {
  return { re: Math.cos(angle), im: Math.sin(angle) }
}

/** `a * b`. */
export function multiplyComplex(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }
}

/** The conjugate of `a`. */
export function conjugate(a: Complex): Complex {
  return { re: a.re, im: -a.im }
}

/** A head as complex numbers, one per pair. */
export function toComplex(x: ArrayLike<number>, pairing: PairingName): readonly Complex[] {
  const pairs = x.length / 2
  return Array.from({ length: pairs }, (_, i) => {
    const channels = pairChannels(pairing, i, pairs)
    return { re: at(x, channels.x), im: at(x, channels.y) }
  })
}

/** The head whose pairs are the given complex numbers. */
export function fromComplex(values: readonly Complex[], pairing: PairingName): Float64Array {
  const head = new Float64Array(2 * values.length)
  values.forEach(({ re, im }, i) => {
    const channels = pairChannels(pairing, i, values.length)
    head[channels.x] = re
    head[channels.y] = im
  })
  return head
}

/**
 * `f(x, m) = x e^(i m theta)` for every pair (RoFormer, equation 12).
 *
 * @param x one head, an even number of channels
 * @param angles m * theta_i in radians, one per pair
 */
export function rotateByComplex(
  x: ArrayLike<number>,
  angles: ArrayLike<number>,
  pairing: PairingName,
): Float64Array {
  const turned = toComplex(x, pairing).map((pair, i) =>
    multiplyComplex(pair, unitComplex(at(angles, i))),
  )
  return fromComplex(turned, pairing)
}
