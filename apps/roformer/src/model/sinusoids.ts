/**
 * The positions of the transformer paper: sin in even channels, cos in odd ones, of the same angles
 * that RoPE turns by.
 */
import { BASE } from './options.js'

/** One row of `width` numbers per token, row by row. */
export function sinusoids(tokens: number, width: number): Float32Array<ArrayBuffer> {
  const table = new Float32Array(tokens * width)
  for (let token = 0; token < tokens; token++) {
    for (let channel = 0; channel < width; channel++) {
      const angle = token * BASE ** (-(channel - (channel % 2)) / width)
      table[token * width + channel] = channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
    }
  }
  return table
}
