/**
 * Rows of cos and sin in the form that shaders read: row by row, cos before sin, so that a row is
 * one piece of memory.
 */
import type { Rotation } from '@rope/core/backend'

/** The rows of a rotation, `2 * pairs` values each. */
export function packRows({ cos, sin, pairs, rows }: Rotation): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(2 * pairs * rows)
  for (let row = 0; row < rows; row++) {
    const from = row * pairs
    packed.set(cos.subarray(from, from + pairs), 2 * from)
    packed.set(sin.subarray(from, from + pairs), 2 * from + pairs)
  }
  return packed
}
