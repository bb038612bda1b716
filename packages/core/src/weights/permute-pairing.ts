/**
 * Weight permutation between pairings. A checkpoint trained with one pairing rotates the same way
 * with the other once the rows of its q and k projections (and their biases) have been reordered:
 * within each head's window, half keeps pair i at rows (i, i + n), interleaved at (2i, 2i + 1).
 */
import { checkInteger, checkKeys, checkRecord, checkTypedArray, reject } from '../check.js'
import { checkPairing } from '../contract/check-pairing.js'
import { type PairingName, resolvePairing } from '../contract/pairing.js'
import { MOST_CHANNELS, MOST_HEADS } from '../limits.js'

/**
 * Any array of numbers that a checkpoint may hold. Rows move whole, so a Uint8Array of the rows'
 * bytes does for every other dtype, and for quantised blocks that do not cross rows (GGUF's).
 */
export type WeightArray =
  | Float64Array
  | Float32Array
  | Uint16Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Int32Array
  | Uint32Array

/** Which rows to move. */
export interface PermuteOptions {
  readonly from: PairingName
  readonly to: PairingName
  /** Heads in this matrix: query heads for Wq, key-value heads for Wk (grouped heads). */
  readonly heads: number
  readonly headDim: number
  /** Channels that rotate; headDim - windowOffset when absent. */
  readonly rotaryDim?: number
  /** First channel that rotates; 0 when absent. */
  readonly windowOffset?: number
}

/**
 * A copy of a projection with its rows reordered from one pairing to the other. The same goes for
 * what is added to its output: biases, norms over a head's channels (one head), and the outer matrix
 * B of a LoRA pair B A; the inner one stays as it is.
 *
 * @param given row-major [heads * headDim, columns], or a bias [heads * headDim] (one column);
 *   the number of columns follows from the length
 * @throws RopeError INVALID_OPTION when sizes do not fit
 *
 * @example
 * ```ts
 * // a Hugging Face Llama q projection, to be rotated interleaved
 * const wq = permutePairing(weights, { from: 'half', to: 'interleaved', heads: 32, headDim: 128 })
 * ```
 */
export function permutePairing<Weights extends WeightArray>(
  given: Weights,
  options: PermuteOptions,
): Weights {
  const { heads, headDim, from, to, rotaryDim, windowOffset } = checkOptions(options)
  const weights = checkTypedArray(given, 'weights', KINDS)
  const rows = heads * headDim
  if (rows === 0 || weights.length % rows !== 0) {
    reject(
      'INVALID_OPTION',
      'weights.length',
      weights.length,
      `a multiple of heads * headDim = ${rows}`,
    )
  }
  const columns = weights.length / rows
  const result = weights.slice() as WeightArray
  // No columns: nothing to move, however many rows that would be.
  if (columns === 0) return result as Weights
  const pairs = rotaryDim / 2
  const source = resolvePairing(from, pairs)
  const target = resolvePairing(to, pairs)
  for (let head = 0; head < heads; head++) {
    const window = head * headDim + windowOffset
    for (let i = 0; i < pairs; i++) {
      for (const member of [0, 1]) {
        const fromRow = window + i * source.step + member * source.partner
        const toRow = window + i * target.step + member * target.partner
        result.set(weights.subarray(fromRow * columns, (fromRow + 1) * columns), toRow * columns)
      }
    }
  }
  return result as Weights
}

const KINDS = [
  ...(['Float64Array', 'Float32Array', 'Uint16Array', 'Int16Array', 'Int8Array'] as const),
  ...(['Uint8Array', 'Int32Array', 'Uint32Array'] as const),
]

function checkOptions(given: PermuteOptions): Required<PermuteOptions> {
  const options = checkRecord(given, 'options', '{ from, to, heads, headDim }')
  checkKeys(options, 'options', ['from', 'to', 'heads', 'headDim', 'rotaryDim', 'windowOffset'])
  const headDim = checkInteger(options.headDim, 'headDim', 2, MOST_CHANNELS)
  const windowOffset = checkInteger(options.windowOffset ?? 0, 'windowOffset', 0, headDim - 2)
  const room = headDim - windowOffset
  const rotaryDim = checkInteger(options.rotaryDim ?? room, 'rotaryDim', 2, room)
  if (rotaryDim % 2 !== 0) reject('INVALID_OPTION', 'rotaryDim', rotaryDim, 'an even number')
  return {
    from: checkPairing(options.from, 'from'),
    to: checkPairing(options.to, 'to'),
    heads: checkInteger(options.heads, 'heads', 1, MOST_HEADS),
    headDim,
    rotaryDim,
    windowOffset,
  }
}
