/**
 * The tables of a config: one rotation builder for each table that its schedule has. Most have one;
 * a schedule that depends on the length has one per regime, xPos one for q and one for k. Builders
 * are made when first asked for and the latest are kept.
 */

import { checkWord, show } from '../check.js'
import { computeFrequencies, type RopeConfig, regimeFor, resolveConfig } from '../config/config.js'
import { RopeError } from '../errors.js'
import { checkPositionTable, type PositionTable } from '../positions/positions.js'
import { dependsOnLength } from '../schedule/registry.js'
import { createRotationBuilder, type RotationBuilder } from './rotation.js'
import type { RowRole } from './row-adjustment.js'

/** The rotation builders of one config. */
export interface RotationTables {
  /** Whether the table depends on how long a sequence is. */
  readonly dependsOnLength: boolean
  /** Whether q and k have tables of their own. */
  readonly hasRoles: boolean
  /** The builder for a sequence of `length` tokens; the role counts only where q and k differ. */
  builder(length: number, role: RowRole): RotationBuilder
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
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 */
export function createRotationTables(given: RopeConfig): RotationTables {
  const config = resolveConfig(given)
  const byLength = dependsOnLength(config.schedule)
  const hasRoles = config.schedule.type === 'xpos'
  const tables = new Map<string, Table>()

  function make(length: number, role: RowRole): Table {
    const frequencies = computeFrequencies(config, byLength ? length : undefined)
    const builder = createRotationBuilder(config, frequencies, hasRoles ? role : undefined)
    return { builder, attentionFactor: frequencies.attentionFactor }
  }

  function find(length: number, role: RowRole): Table {
    checkWord(role, 'role', ['q', 'k'])
    const regime = byLength ? regimeFor(config, length) : 'fixed'
    const key = hasRoles ? `${regime} ${role}` : String(regime)
    const known = tables.get(key)
    const table = known ?? make(length, role)
    // Taken out and put back: the first key is always the one that was used longest ago.
    if (known !== undefined) tables.delete(key)
    tables.set(key, table)
    for (const oldest of tables.keys()) {
      if (tables.size <= KEPT_TABLES) break
      tables.delete(oldest)
    }
    return table
  }

  return {
    dependsOnLength: byLength,
    hasRoles,
    builder: (length, role) => find(length, role).builder,
    attentionFactor: (length) => find(length, 'k').attentionFactor,
  }
}
