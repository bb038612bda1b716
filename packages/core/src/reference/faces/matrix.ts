/**
 * Face 2 of RoPE: each pair is turned by its own 2x2 rotation matrix (RoFormer, equation 13).
 */
import type { PairingName } from '../../contract/pairing.js'
import { pairChannels } from '../channels.js'
import { at } from '../element.js'

/** A matrix as rows of numbers. */
export type Matrix = readonly (readonly number[])[]

/** The 2x2 matrix that turns the plane by `angle` radians (RoFormer, equation 13). */
export function rotationMatrix(angle: number): Matrix {
  return [
    [Math.cos(angle), -Math.sin(angle)],
    [Math.sin(angle), Math.cos(angle)],
  ]
}

/** `matrix * vector`, each element a sum over the whole row from left to right. */
export function applyMatrix(matrix: Matrix, vector: ArrayLike<number>): Float64Array {
  return Float64Array.from(matrix, (row) =>
    row.reduce((sum, weight, column) => sum + weight * at(vector, column), 0),
  )
}

/**
 * Turns every pair of a head by its 2x2 matrix (RoFormer, equation 13).
 *
 * @param x one head, an even number of channels
 * @param angles m * theta_i in radians, one per pair
 */
export function rotateByMatrix(
  x: ArrayLike<number>,
  angles: ArrayLike<number>,
  pairing: PairingName,
): Float64Array {
  const pairs = x.length / 2
  const out = new Float64Array(x.length)
  for (let i = 0; i < pairs; i += 1) {
    const channels = pairChannels(pairing, i, pairs)
    const pair = [at(x, channels.x), at(x, channels.y)]
    const turned = applyMatrix(rotationMatrix(at(angles, i)), pair)
    out[channels.x] = at(turned, 0)
    out[channels.y] = at(turned, 1)
  }
  return out
}
