/**
 * The tables of a config: one rotation builder for each table that its schedule has. Most have one;
 * a schedule that depends on the length has one per regime. Builders are made when first asked for
 * and the latest are kept.
 */

import { BoundedMap } from '../bounded-map.js'
import { reject } from '../check.js'
import { computeFrequencies, type RopeConfig, regimeFor, resolveConfig } from '../config/config.js'
import { FINITE } from '../numbers/lists.js'
import type { PositionTable } from '../positions/expand.js'
import type { PositionSource } from '../positions/forms.js'
import { dependsOnLength } from '../schedule/registry.js'
import type { Frequencies, Regime } from '../schedule/schedule.js'
import { type LengthTables, lengthInForce } from './length-in-force.js'
import { createRotationBuilder, type RotationBuilder } from './rotation.js'

/** The rotation builders of one config. */
export interface RotationTables extends LengthTables {
  /** Whether rows do more than turn: their magnitude depends on the position. */
  readonly hasDecay: boolean
  /** The builder for a sequence of `length` tokens. */
  builder(length: number): RotationBuilder
  /**
   * The length whose table the positions of a call take (see `lengthInForce`).
   *
   * @throws RopeError INVALID_OPTION, INVALID_POSITIONS
   */
  lengthFor(sources: readonly PositionSource[], table: PositionTable, stated?: number): number
  /** A of that table. */
  attentionFactor(length: number): number
}

/** With dynamic NTK every length is a regime: a decode loop would pile them up. */
const KEPT_TABLES = 8

interface Table {
  readonly builder: RotationBuilder
  readonly attentionFactor: number
}

/** A length a caller stated: at least 0 and finite. */
export function checkStatedLength(length: unknown): number | undefined {
  if (length === undefined) return undefined
  const number = FINITE.read(length)
  if (number !== undefined && number >= 0) return number
  return reject(
    'INVALID_OPTION',
    'length',
    length,
    'the number of tokens of the sequence, 0 or more',
  )
}

/**
 * The tables of a config.
 *
 * @param short the frequencies of a short sequence, where the caller has them already
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 */
export function createRotationTables(given: RopeConfig, short?: Frequencies): RotationTables {
  const config = resolveConfig(given)
  const frequencies = short ?? computeFrequencies(config)
  const byLength = dependsOnLength(config.schedule)
  const tables = new BoundedMap<Regime, Table>(KEPT_TABLES)

  function make(length: number): Table {
    const inForce = byLength ? computeFrequencies(config, length) : frequencies
    const builder = createRotationBuilder(config, inForce)
    return { builder, attentionFactor: inForce.attentionFactor }
  }

  const fixed = byLength ? undefined : make(0)

  function find(length: number): Table {
    if (fixed !== undefined) return fixed
    return tables.recall(regimeFor(config, length), () => make(length))
  }

  const lengths: LengthTables = {
    dependsOnLength: byLength,
    regime: (length) => regimeFor(config, length),
  }
  return {
    ...lengths,
    hasDecay: frequencies.decay !== undefined,
    builder: (length) => find(length).builder,
    lengthFor: (sources, table, stated) => lengthInForce(lengths, sources, table, stated),
    attentionFactor: (length) => find(length).attentionFactor,
  }
}
