/**
 * Dual-chunk attention (An et al. 2024, arXiv 2402.17463; Qwen2.5-1M): keys stand at their position
 * within a chunk, and queries stand at other positions for keys of their own chunk, of the one
 * before, and of all earlier ones. Distances then never exceed the chunk size.
 */
import { checkKeys, checkRecord } from '../../check.js'
import { readWhole } from '../../numbers/lists.js'

/** `dual_chunk_attention_config` of a model. */
export interface DualChunkOptions {
  /** Tokens per chunk, local ones included. */
  readonly chunkSize: number
  /** Tokens at the end of a chunk that count as its neighbour's; at least 0, below chunkSize. */
  readonly localSize: number
}

/** Where one token stands as a key and, by the chunk of the key it meets, as a query. */
export interface DualChunkPosition {
  readonly key: number
  /** Keys of the same chunk. */
  readonly intra: number
  /** Keys of the chunk before. */
  readonly successor: number
  /** Keys of all earlier chunks: the same for every query. */
  readonly inter: number
  /** As `successor` and `inter`, not limited to the chunk size: for choosing sparse blocks. */
  readonly successorCritical: number
  readonly interCritical: number
}

/**
 * The positions of the token at `position`. Each is a position like any other: rotate five copies
 * of q, one at each, and k at `key`.
 *
 * @throws RopeError INVALID_OPTION
 */
export function dualChunkPosition(position: number, options: DualChunkOptions): DualChunkPosition {
  const given = checkRecord(options, 'options', '{ chunkSize, localSize }')
  checkKeys(given, 'options', ['chunkSize', 'localSize'])
  const chunkSize = readWhole(given.chunkSize, 'chunkSize', 1, 2 ** 31)
  const localSize = readWhole(given.localSize, 'localSize', 0, chunkSize - 1)
  const chunk = chunkSize - localSize
  const within = readWhole(position, 'position', 0, Number.MAX_SAFE_INTEGER) % chunk
  return {
    key: within,
    intra: within,
    successor: Math.min(within + chunk, chunkSize),
    inter: Math.min(2 * chunk - 1, chunkSize),
    successorCritical: within + chunk,
    interCritical: within + chunkSize,
  }
}
