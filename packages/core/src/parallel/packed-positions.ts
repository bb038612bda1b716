/**
 * Positions of packed sequences whose memory is padded: each sequence begins where the padding of
 * the one before ends, and counts from its own start.
 */
import { checkInteger, checkRecord, reject } from '../check.js'

/** Packed sequences with room behind each. */
export interface PaddedSequences {
  /** Tokens of each sequence. */
  readonly sequenceLengths: readonly number[]
  /** Tokens of memory that each takes, padding included; as many as `sequenceLengths` when absent. */
  readonly paddedLengths?: readonly number[]
  /** Position of each sequence's first token; 0 when absent. */
  readonly offsets?: readonly number[]
}

function checkList(value: unknown, field: string, length: number): readonly unknown[] {
  if (Array.isArray(value) && value.length === length) return value
  return reject('INVALID_OPTION', field, value, `an array of ${length} numbers, one per sequence`)
}

/**
 * One position per token of memory. Padding goes on counting: it is rotated like any token, and
 * nothing reads it.
 *
 * @returns as many positions as all padded lengths together
 * @throws RopeError INVALID_OPTION, naming the entry, when a padded length is below its length
 *
 * @example
 * ```ts
 * packedPositions({ sequenceLengths: [3, 2], paddedLengths: [4, 4] }) // 0 1 2 3 0 1 2 3
 * ```
 */
export function packedPositions(sequences: PaddedSequences): Float64Array {
  const record = checkRecord(sequences, 'sequences', '{ sequenceLengths, paddedLengths }')
  const { sequenceLengths, paddedLengths = sequenceLengths, offsets } = record
  if (!Array.isArray(sequenceLengths)) {
    return reject('INVALID_OPTION', 'sequenceLengths', sequenceLengths, 'an array of lengths')
  }
  const count = sequenceLengths.length
  const padded = checkList(paddedLengths, 'paddedLengths', count)
  const starts = offsets === undefined ? undefined : checkList(offsets, 'offsets', count)
  const runs = padded.map((room, i) => {
    const length = checkInteger(sequenceLengths[i], `sequenceLengths[${i}]`, 0, 2 ** 31)
    const tokens = checkInteger(room, `paddedLengths[${i}]`, length, 2 ** 31)
    const most = Number.MAX_SAFE_INTEGER - tokens
    const start = starts === undefined ? 0 : checkInteger(starts[i], `offsets[${i}]`, -most, most)
    return Array.from({ length: tokens }, (_, t) => start + t)
  })
  return Float64Array.from(runs.flat())
}
