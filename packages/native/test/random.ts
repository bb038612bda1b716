/**
 * Random numbers that are the same in every run.
 */
import type { DType } from '@rope/core'
import { encodeBFloat16, encodeFloat16 } from '@rope/core/backend'

/** A generator (mulberry32) of numbers in [0, 1). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Elements in [-4, 4) as a tensor of that dtype holds them. */
export function randomElements(
  dtype: DType,
  length: number,
  seed: number,
): Float32Array | Uint16Array {
  const random = createRandom(seed)
  const next = (): number => (random() - 0.5) * 8
  if (dtype === 'float32') return Float32Array.from({ length }, next)
  const encode = dtype === 'float16' ? encodeFloat16 : encodeBFloat16
  return Uint16Array.from({ length }, () => encode(next()))
}
