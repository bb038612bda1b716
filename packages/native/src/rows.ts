/**
 * The addon's copies of the factors of decode rows: the rests once, the block's row when it
 * changes. All bound calls with the same factors share theirs.
 */
import { type DecodeFactors, goneMemory } from '@rope/core/backend'
import type { Addon, Handle } from './addon.js'

/** A copy of some factors. */
export class Rows {
  readonly handle: Handle<'rows'>
  readonly #addon: Addon
  readonly #factors: DecodeFactors
  #copied = Number.NaN

  constructor(addon: Addon, factors: DecodeFactors, handle: Handle<'rows'>) {
    this.handle = handle
    this.#addon = addon
    this.#factors = factors
  }

  /** Sees to it that the block is the factors' own. */
  follow(): void {
    const { block, blockCos, blockSin } = this.#factors
    if (block === this.#copied) return
    if (!this.#addon.setBlock(this.handle, blockCos, blockSin)) throw goneMemory()
    this.#copied = block
  }
}

/** A function that gives each factors their copy; undefined for arrays that are no such factors. */
export function createRowsOf(addon: Addon): (factors: DecodeFactors) => Rows | undefined {
  const known = new WeakMap<DecodeFactors, Rows>()
  return (factors) => {
    const found = known.get(factors)
    if (found !== undefined) return found
    const { restCos, restSin, blockCos, blockSin, pairs, attentionFactor } = factors
    const handle = addon.copyFactors(restCos, restSin, pairs, attentionFactor)
    if (handle === undefined || !addon.setBlock(handle, blockCos, blockSin)) return undefined
    const rows = new Rows(addon, factors, handle)
    known.set(factors, rows)
    return rows
  }
}
