/**
 * Face 3 of RoPE: the whole head is one vector, turned by one d x d matrix that is zero outside
 * the pairs (RoFormer, equations 14 and 15). Slow by definition; good for theorems.
 */

import type { PairingName } from '../../contract/pairing.js'
import { RopeError } from '../../errors.js'
import { MOST_MATRIX_PAIRS } from '../../limits.js'
import { pairChannels } from '../channels.js'
import { at } from '../element.js'
import { applyMatrix, type Matrix, rotationMatrix } from './matrix.js'

/**
 * R(Theta, m), the d x d matrix of a position (RoFormer, equation 15). In the interleaved pairing
 * its 2x2 blocks stand on the diagonal, as printed; in the half pairing the same four numbers
 * stand at the crossings of channels i and i + d/2.
 *
 * @param angles m * theta_i in radians, one per pair; d is twice their number
 * @throws RopeError INVALID_OPTION for more than 512 pairs, since the matrix grows with their square
 */
export function blockDiagonalMatrix(angles: ArrayLike<number>, pairing: PairingName): Matrix {
  const pairs = angles.length
  if (!(pairs <= MOST_MATRIX_PAIRS)) {
    const problem = `angles.length is ${pairs}; accepted: at most ${MOST_MATRIX_PAIRS} pairs in one matrix, or another face`
    throw new RopeError('INVALID_OPTION', problem, { field: 'angles.length' })
  }
  const matrix = Array.from({ length: 2 * pairs }, () => new Array<number>(2 * pairs).fill(0))
  for (let i = 0; i < pairs; i += 1) {
    const { x, y } = pairChannels(pairing, i, pairs)
    rotationMatrix(at(angles, i)).forEach((blockRow, r) => {
      const row = matrix[r === 0 ? x : y] ?? []
      row[x] = at(blockRow, 0)
      row[y] = at(blockRow, 1)
    })
  }
  return matrix
}

/**
 * `R(Theta, m) x` (RoFormer, equation 14).
 *
 * @param x one head, an even number of channels
 * @param angles m * theta_i in radians, one per pair
 */
export function rotateByBlockDiagonal(
  x: ArrayLike<number>,
  angles: ArrayLike<number>,
  pairing: PairingName,
): Float64Array {
  return applyMatrix(blockDiagonalMatrix(angles, pairing), x)
}
