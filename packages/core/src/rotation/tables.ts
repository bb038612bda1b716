/**
 * The tables of a config: one rotation builder for each table that its schedule has. Most have one;
 * a schedule that depends on the length has one per regime. Builders are made when first asked for
 * and the latest are kept.
 */

import { BoundedMap } from '../bounded-map.js'
import { show } from '../check.js'
import { computeFrequencies, type RopeConfig, regimeFor, resolveConfig } from '../config/config.js'
import { RopeError } from '../errors.js'
import { checkPositionTable, type PositionTable } from '../positions/expand.js'
import { dependsOnLength } from '../schedule/registry.js'
import type { Frequencies, Regime } from '../schedule/schedule.js'
import { createRotationBuilder, type RotationBuilder } from './rotation.js'

/** The rotation builders of one config. */
export interface RotationTables {
  /** Whether the table depends on how long a sequence is. */
  readonly dependsOnLength: boolean
  /** Whether rows do more than turn: their magnitude depends on the position. */
  readonly hasDecay: boolean
  /** The builder for a sequence of `length` tokens. */
  builder(length: number): RotationBuilder
  /** A of that table. */
  attentionFactor(length: number): number
}

/** With dynamic NTK every length is a regime: a decode loop would pile them up. */
const KEPT_TABLES = 8

interface Table {
  readonly builder: RotationBuilder
  readonly attentionFactor: number
}

/** The smallest length that all positions of a call fit in: the largest of them, plus one. */
export function lengthOfPositions(positions: PositionTable): number {
  checkPositionTable(positions)
  let largest = -1
  for (const axis of positions.axes) {
    for (const position of axis) if (position > largest) largest = position
  }
  return largest + 1
}

/** A length a caller stated: at least 0 and finite. */
export function checkStatedLength(length: unknown): number | undefined {
  if (length === undefined) return undefined
  if (typeof length === 'number' && Number.isFinite(length) && length >= 0) return length
  throw new RopeError(
    'INVALID_OPTION',
    `length is ${show(length)}; accepted: the number of tokens of the sequence, 0 or more`,
    { field: 'length' },
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

  return {
    dependsOnLength: byLength,
    hasDecay: frequencies.decay !== undefined,
    builder: (length) => find(length).builder,
    attentionFactor: (length) => find(length).attentionFactor,
  }
}
