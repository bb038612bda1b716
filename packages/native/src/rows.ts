/**
 * Decode rows: memory of the addon's in which it makes the row of a position out of the factors,
 * which are copied here: the rests once, the block when it changes. All bound calls with the same
 * factors share theirs.
 */
import { type DecodeFactors, goneMemory, kindOf, lengthOf } from '@rope/core/backend'
import type { Addon } from './addon.js'

/** In doubles; `DecodeRow` of addon/bound.h is the other side. The row itself is floats. */
const ATTENTION_FACTOR = 0
const MADE = 1
const ROW = 8

/** A copy of some factors. */
export class Rows {
  readonly memory: Float64Array
  readonly #factors: DecodeFactors
  #copied = Number.NaN

  constructor(buffer: ArrayBuffer, factors: DecodeFactors) {
    const { pairs, attentionFactor, restCos, restSin } = factors
    this.memory = new Float64Array(buffer)
    this.#factors = factors
    this.memory[ATTENTION_FACTOR] = attentionFactor
    this.memory.set(restCos, ROW + 3 * pairs)
    this.memory.set(restSin, ROW + 3 * pairs + restCos.length)
  }

  /** Sees to it that the block is the factors' own. */
  follow(): void {
    const { block, blockCos, blockSin, pairs } = this.#factors
    if (block === this.#copied) return
    if (!hasBlock(this.#factors)) throw goneMemory()
    this.memory.set(blockCos, ROW + pairs)
    this.memory.set(blockSin, ROW + 2 * pairs)
    this.memory[MADE] = 0
    this.#copied = block
  }
}

/** How many rows of so many pairs an array of doubles holds; 0 for all that is none. */
function rowsIn(array: Float64Array, pairs: number): number {
  const rows = kindOf(array) === 'Float64Array' ? lengthOf(array) / pairs : 0
  return Number.isInteger(rows) ? rows : 0
}

function hasBlock({ pairs, blockCos, blockSin }: DecodeFactors): boolean {
  return rowsIn(blockCos, pairs) === 1 && rowsIn(blockSin, pairs) === 1
}

/** Undefined for what is no whole rows, and where a runtime takes no memory of the addon's. */
function copyFactors(addon: Addon, factors: DecodeFactors): Rows | undefined {
  const { pairs, restCos, restSin } = factors
  const rests = rowsIn(restCos, pairs)
  if (rests === 0 || rowsIn(restSin, pairs) !== rests || !hasBlock(factors)) return undefined
  const doubles = ROW + (3 + 2 * rests) * pairs
  const buffer = addon.allocate(doubles * Float64Array.BYTES_PER_ELEMENT)
  return buffer && new Rows(buffer, factors)
}

/** A function that gives each factors their copy; undefined for arrays that are no such factors. */
export function createRowsOf(addon: Addon): (factors: DecodeFactors) => Rows | undefined {
  const known = new WeakMap<DecodeFactors, Rows>()
  return (factors) => {
    const rows = known.get(factors) ?? copyFactors(addon, factors)
    if (rows !== undefined) known.set(factors, rows)
    return rows
  }
}
