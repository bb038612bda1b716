/**
 * The factors of a decode row, copied into a segment once: 64 rows of rests, and the row of the
 * block, which is copied again when it changes. All ropes of one config share their copy.
 */
import type { DecodeFactors } from '@rope/core/backend'
import type { Segment } from '../memory/segment.js'

const BYTES = 8

/** A copy of some factors in a segment, able to make rows there. */
export class ResidentFactors {
  readonly #segment: Segment
  readonly #factors: DecodeFactors
  readonly #restCos: number
  readonly #restSin: number
  readonly #blockCos: number
  readonly #blockSin: number
  readonly #block: Float64Array
  #copied = Number.NaN

  constructor(segment: Segment, factors: DecodeFactors) {
    const { restCos, restSin, pairs } = factors
    const rests = restCos.length
    const place = segment.take(bytesOf(factors))
    this.#segment = segment
    this.#factors = factors
    this.#restCos = place
    this.#restSin = place + rests * BYTES
    this.#blockCos = place + 2 * rests * BYTES
    this.#blockSin = this.#blockCos + pairs * BYTES
    const values = new Float64Array(segment.buffer, place, 2 * rests + 2 * pairs)
    values.set(restCos)
    values.set(restSin, rests)
    this.#block = values.subarray(2 * rests)
  }

  /** Writes the row of the current block's position plus `rest`; `cos` and `sin` are places. */
  write(rest: number, cos: number, sin: number): void {
    const { pairs, block, attentionFactor } = this.#factors
    if (block !== this.#copied) this.#copyBlock(block)
    const at = rest * pairs * BYTES
    this.#segment.exports.multiply(
      this.#restCos + at,
      this.#restSin + at,
      this.#blockCos,
      this.#blockSin,
      attentionFactor,
      pairs,
      cos,
      sin,
    )
  }

  #copyBlock(block: number): void {
    const { blockCos, blockSin, pairs } = this.#factors
    this.#block.set(blockCos)
    this.#block.set(blockSin, pairs)
    this.#copied = block
  }
}

function bytesOf({ restCos, pairs }: DecodeFactors): number {
  return 2 * (restCos.length + pairs) * BYTES
}

const copies = new WeakMap<Segment, WeakMap<DecodeFactors, ResidentFactors>>()

/** The copy of these factors in this segment; undefined when the segment has no room for it. */
export function residentFactors(
  segment: Segment,
  factors: DecodeFactors,
): ResidentFactors | undefined {
  const ofSegment = copies.get(segment) ?? new WeakMap<DecodeFactors, ResidentFactors>()
  copies.set(segment, ofSegment)
  const known = ofSegment.get(factors)
  if (known !== undefined) return known
  if (bytesOf(factors) + 64 > segment.left) return undefined
  const made = new ResidentFactors(segment, factors)
  ofSegment.set(factors, made)
  return made
}
