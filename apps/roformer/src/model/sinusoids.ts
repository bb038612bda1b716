/**
 * The positions of the transformer paper: sin in even channels, cos in odd ones, of the same angles
 * that RoPE turns by. Their amplitude is the deviation of the embeddings that they are added to, as
 * it is there (both are 1): beside smaller embeddings, larger positions would drown them.
 */
import { BASE, type ModelOptions } from './options.js'

/** One row of `width` numbers per token, row by row. */
export function sinusoids(
  tokens: number,
  options: Pick<ModelOptions, 'width' | 'embeddingScale' | 'embeddingDeviation'>,
): Float32Array<ArrayBuffer> {
  const { width, embeddingScale, embeddingDeviation } = options
  const amplitude = embeddingScale * embeddingDeviation
  const table = new Float32Array(tokens * width)
  for (let token = 0; token < tokens; token++) {
    for (let channel = 0; channel < width; channel++) {
      const angle = token * BASE ** (-(channel - (channel % 2)) / width)
      table[token * width + channel] =
        amplitude * (channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle))
    }
  }
  return table
}
