/**
 * Rows of cos and sin in double precision for one vector of frequencies, at any position.
 *
 * Whole positions use the two-level product: position = block * 64 + rest, and
 *
 *     e^(i f position) = e^(i f 64 block) * e^(i f rest)
 *
 * Both factors come from tables that fill themselves: 64 rows for the rests, and a small
 * direct-mapped cache for the blocks. A decode step then costs one complex product per pair, and
 * the tables stay small at any context length. Other positions are computed directly.
 *
 * Error of cos and sin for |position| <= 2^31: below 2^-50 (each factor below 2^-52, one product).
 */
import type { DecodeFactors } from '../contract/backend.js'
import { cosSinOfTurns, radiansToTurns, reduceTurns, type TurnRates } from './turns.js'

/** Writes one row: `cos[0 .. pairs)` and `sin[0 .. pairs)` of a position. */
export interface AngleRows {
  row(position: number, cos: Float64Array, sin: Float64Array): void
  /**
   * The same row times `factor`, rounded to float32 from element `at` on, for whole positions: a
   * decode step makes one row per call, so it is worth a loop of its own.
   */
  readonly roundedRow?: (
    position: number,
    factor: number,
    cos: Float32Array,
    sin: Float32Array,
    at: number,
  ) => void
  /** The two factors by themselves, for whoever multiplies them; for whole positions. */
  readonly decodeRow?: (attentionFactor: number) => DecodeRow
}

/** The factors of a row that moves, and how to move it. */
export interface DecodeRow {
  readonly factors: DecodeFactors
  /** Makes the factors those of a whole position, and returns which rest row it takes. */
  seek(position: number): number
}

const BLOCK = 64
/** A power of two, so that a slot is a few bits of the block's number, negative ones included. */
const CACHED_BLOCKS = 32

/** A table of `slots` rows of cos and sin, each tagged with the position it holds. */
class RowCache {
  readonly cos: Float64Array
  readonly sin: Float64Array
  readonly #tags: Float64Array
  readonly #rates: TurnRates
  readonly #pairs: number

  constructor(rates: TurnRates, slots: number) {
    this.#rates = rates
    this.#pairs = rates.high.length
    this.cos = new Float64Array(slots * this.#pairs)
    this.sin = new Float64Array(slots * this.#pairs)
    this.#tags = new Float64Array(slots).fill(Number.NaN)
  }

  /** Index of the first element of the row for `position`, which belongs in `slot`. */
  locate(position: number, slot: number): number {
    const start = slot * this.#pairs
    if (this.#tags[slot] === position) return start
    const { high, low } = this.#rates
    for (let i = 0; i < this.#pairs; i++) {
      const turns = reduceTurns(position, high[i] as number, low[i] as number)
      cosSinOfTurns(turns, this.cos, this.sin, start + i)
    }
    this.#tags[slot] = position
    return start
  }

  /** Fills every slot with the position of its own number. */
  fill(): void {
    for (let slot = 0; slot < this.#tags.length; slot++) this.locate(slot, slot)
  }
}

/** Rows for angles that are exact products of position and frequency. */
export function exactRows(rates: TurnRates): AngleRows {
  const pairs = rates.high.length
  const rests = new RowCache(rates, BLOCK)
  const blocks = new RowCache(rates, CACHED_BLOCKS)
  const direct = new RowCache(rates, 1)

  function product(position: number, cos: Float64Array, sin: Float64Array): void {
    const block = Math.floor(position / BLOCK)
    const rest = position - block * BLOCK
    const a = blocks.locate(block * BLOCK, block & (CACHED_BLOCKS - 1))
    const b = rests.locate(rest, rest)
    const { cos: blockCos, sin: blockSin } = blocks
    const { cos: restCos, sin: restSin } = rests
    for (let i = 0; i < pairs; i++) {
      const ca = blockCos[a + i] as number
      const sa = blockSin[a + i] as number
      const cb = restCos[b + i] as number
      const sb = restSin[b + i] as number
      cos[i] = ca * cb - sa * sb
      sin[i] = sa * cb + ca * sb
    }
  }

  function roundedProduct(
    position: number,
    factor: number,
    cos: Float32Array,
    sin: Float32Array,
    at: number,
  ): void {
    const block = Math.floor(position / BLOCK)
    const rest = position - block * BLOCK
    const a = blocks.locate(block * BLOCK, block & (CACHED_BLOCKS - 1))
    const b = rests.locate(rest, rest)
    const { cos: blockCos, sin: blockSin } = blocks
    const { cos: restCos, sin: restSin } = rests
    for (let i = 0; i < pairs; i++) {
      const ca = blockCos[a + i] as number
      const sa = blockSin[a + i] as number
      const cb = restCos[b + i] as number
      const sb = restSin[b + i] as number
      cos[at + i] = factor * (ca * cb - sa * sb)
      sin[at + i] = factor * (sa * cb + ca * sb)
    }
  }

  function decodeRow(attentionFactor: number): DecodeRow {
    rests.fill()
    const blockCos = new Float64Array(pairs)
    const blockSin = new Float64Array(pairs)
    const { cos: restCos, sin: restSin } = rests
    const factors = {
      ...{ pairs, restCos, restSin, blockCos, blockSin, attentionFactor },
      block: Number.NaN,
    }
    return {
      factors,
      seek(position) {
        const block = Math.floor(position / BLOCK)
        if (block !== factors.block) {
          const at = blocks.locate(block * BLOCK, block & (CACHED_BLOCKS - 1))
          blockCos.set(blocks.cos.subarray(at, at + pairs))
          blockSin.set(blocks.sin.subarray(at, at + pairs))
          factors.block = block
        }
        return position - block * BLOCK
      },
    }
  }

  return {
    decodeRow,
    roundedRow: roundedProduct,
    row(position, cos, sin) {
      if (Number.isInteger(position)) return product(position, cos, sin)
      direct.locate(position, 0)
      cos.set(direct.cos)
      sin.set(direct.sin)
    },
  }
}

/**
 * Rows for angles as PyTorch's float32 code makes them: position and frequency rounded to
 * float32, their product rounded to float32, then cos and sin of that number, each rounded once.
 */
export function float32Rows(frequencies: Float32Array): AngleRows {
  return {
    row(position, cos, sin) {
      const position32 = Math.fround(position)
      for (let i = 0; i < frequencies.length; i++) {
        const angle = Math.fround(position32 * (frequencies[i] as number))
        float32CosSin(angle, cos, sin, i)
      }
    },
  }
}

/** Writes cos and sin of a float32 angle to `cos[at]` and `sin[at]`, each rounded to float32. */
export function float32CosSin(
  angle: number,
  cos: Float64Array,
  sin: Float64Array,
  at: number,
): void {
  cosSinOfTurns(radiansToTurns(angle), cos, sin, at)
  cos[at] = Math.fround(cos[at] as number)
  sin[at] = Math.fround(sin[at] as number)
}
