/**
 * Rows of a call: positions read once, and expanded to a rotation for each size and precision they
 * meet. The same for the distances of a shift, and for two sets of positions of the same keys.
 */

import { reject } from '../check.js'
import type { Plan, Rotation } from '../contract/backend.js'
import { isEmptyPlan } from '../contract/empty-plan.js'
import { checkPositionCounts, expandPositions, type PositionTable } from '../positions/expand.js'
import {
  checkStart,
  type PositionSource,
  type Positions,
  readPositions,
} from '../positions/forms.js'
import { checkReach } from './length-in-force.js'
import type { RotationBuilder, RowPrecision } from './rotation.js'
import { checkStatedLength, type RotationTables } from './tables.js'

/** What a rotation is made for. */
export type RowsPlan = Pick<Plan, 'batch' | 'tokens' | 'dtype' | 'operands'>

/** Something that has a rotation for every plan. */
export interface PlannedRows {
  for(plan: RowsPlan): Rotation
}

/** The rows' precision for tensors of a plan. */
export function precisionOf({ dtype }: RowsPlan): RowPrecision {
  return dtype === 'float64' ? 'float64' : 'float32'
}

/** Keeps the last rotation for as long as the plan's size and dtype stay the same. */
abstract class RememberedRows implements PlannedRows {
  #batch = -1
  #tokens = -1
  #precision: RowPrecision | undefined
  #rotation: Rotation | undefined

  for(plan: RowsPlan): Rotation {
    if (isEmptyPlan(plan)) return this.build(plan)
    const precision = precisionOf(plan)
    const fits =
      this.#batch === plan.batch && this.#tokens === plan.tokens && this.#precision === precision
    if (fits && this.#rotation !== undefined) return this.#rotation
    const rotation = this.build(plan)
    this.#rotation = rotation
    this.#batch = plan.batch
    this.#tokens = plan.tokens
    this.#precision = precision
    return rotation
  }

  protected abstract build(plan: RowsPlan): Rotation
}

/** Where the rows of a call come from. */
export interface RowsOptions {
  readonly tables: RotationTables
  /** How many axes the config has. */
  readonly axes: number
  readonly positions: Positions
  /** The length whose table is used; else the largest position decides. */
  readonly length: number | undefined
  /** Distances of a shift instead of positions: without the attention factor, all tokens alike. */
  readonly isShift: boolean
}

/** The rows of one set of positions. */
export class Rows extends RememberedRows {
  readonly #options: RowsOptions
  readonly #sources: readonly PositionSource[]

  constructor(options: RowsOptions) {
    super()
    this.#options = options
    const field = options.isShift ? 'delta' : 'positions'
    this.#sources = readPositions(options.positions, options.axes, field)
  }

  protected build(plan: RowsPlan): Rotation {
    const { tables, axes, length, isShift } = this.#options
    const advance = isShift ? 0 : 1
    const table = positionsOf(plan, this.#sources, axes, advance)
    const inForce = isShift ? (length ?? 0) : tables.lengthFor(this.#sources, table, length)
    return tables.builder(inForce).build(table, precisionOf(plan), isShift)
  }
}

/** The positions of a plan: none where nothing rotates, however many tokens that has. */
function positionsOf(
  plan: RowsPlan,
  sources: readonly PositionSource[],
  axes: number,
  advance: 0 | 1,
): PositionTable {
  const { batch, tokens, operands } = plan
  checkPositionCounts(sources, batch, tokens, operands[0]?.heads)
  if (!isEmptyPlan(plan)) return expandPositions(sources, batch, tokens, axes, advance)
  const none = new Float64Array(0)
  return { rows: 0, batchStride: 0, axes: Array.from({ length: axes }, () => none) }
}

/** More rows than a decode step has are made anew for each call, and not kept. */
const KEPT_ROWS = 4096

/**
 * The rows of consecutive tokens, for calls that are done with them when they return: a decode step
 * rotates every layer at one number, and the next step fills the same memory anew.
 */
export class StartRows implements PlannedRows {
  readonly #tables: RotationTables
  #start = 0
  #length: number | undefined
  #rotation: Rotation | undefined
  #precision: RowPrecision | undefined
  #filledFrom = Number.NaN
  #filledBy: RotationBuilder | undefined

  constructor(tables: RotationTables) {
    this.#tables = tables
  }

  /** Where the first token stands from now on, and the length whose table counts, if stated. */
  move(start: number, length: number | bigint | undefined): void {
    if (start !== this.#start) this.#start = checkStart(start)
    if (length !== this.#length) this.#length = checkStatedLength(length)
  }

  for(plan: RowsPlan): Rotation {
    if (isEmptyPlan(plan)) return this.#tables.builder(0).empty(0, precisionOf(plan))
    const builder = this.#builderFor(plan)
    const rotation = this.#roomFor(plan, builder)
    if (this.#filledFrom !== this.#start || this.#filledBy !== builder) {
      this.#filledFrom = Number.NaN
      builder.fill(rotation, this.#start)
      this.#filledFrom = this.#start
      this.#filledBy = builder
    }
    if (plan.tokens > KEPT_ROWS) this.#rotation = undefined
    return rotation
  }

  #builderFor({ tokens }: RowsPlan): RotationBuilder {
    if (!this.#tables.dependsOnLength) return this.#tables.builder(0)
    const reached = Math.max(0, this.#start + tokens)
    const length = this.#length === undefined ? reached : checkReach(this.#length, reached)
    return this.#tables.builder(length)
  }

  #roomFor(plan: RowsPlan, builder: RotationBuilder): Rotation {
    const precision = precisionOf(plan)
    if (this.#rotation?.rows === plan.tokens && this.#precision === precision) return this.#rotation
    this.#rotation = builder.empty(plan.tokens, precision)
    this.#precision = precision
    this.#filledFrom = Number.NaN
    return this.#rotation
  }
}

/** Where cached keys stand, and under which table. */
export interface PlacedTables {
  readonly tables: RotationTables
  readonly axes: number
  readonly positions: Positions
  readonly length: number | undefined
}

/** Half of a change: rows in double precision, without A; A; and whether rows are longer than 1. */
interface Side {
  readonly rotation: Rotation
  readonly attentionFactor: number
  readonly hasDecay: boolean
}

/**
 * The rows that turn keys from one place and table to another: the difference of the two angles and
 * the ratio of the two magnitudes, made in double precision and rounded once.
 */
export class ChangeRows extends RememberedRows {
  readonly #from: ReadPlace
  readonly #to: ReadPlace

  constructor(from: PlacedTables, to: PlacedTables) {
    super()
    this.#from = readPlace(from)
    this.#to = readPlace(to)
  }

  protected build(plan: RowsPlan): Rotation {
    return difference(sideOf(this.#from, plan), sideOf(this.#to, plan), plan)
  }
}

/** A place whose positions have been read: nobody can change them any more. */
type ReadPlace = Omit<PlacedTables, 'positions'> & { readonly sources: readonly PositionSource[] }

function readPlace({ tables, axes, positions, length }: PlacedTables): ReadPlace {
  return { tables, axes, length, sources: readPositions(positions, axes) }
}

function sideOf({ tables, axes, sources, length }: ReadPlace, plan: RowsPlan): Side {
  const table = positionsOf(plan, sources, axes, 1)
  const inForce = tables.lengthFor(sources, table, length)
  return {
    rotation: tables.builder(inForce).build(table, 'float64', true),
    attentionFactor: tables.attentionFactor(inForce),
    hasDecay: tables.hasDecay,
  }
}

/** What keys are multiplied by on their way from one A to another; rows of float32 have to hold it. */
function ratioOf(from: number, to: number): number {
  const ratio = Math.fround(to / from)
  if (ratio > 0 && ratio < Number.POSITIVE_INFINITY) return to / from
  return reject(
    'INVALID_OPTION',
    `the attention factor ${to} over ${from}`,
    ratio,
    'a float32 above 0',
  )
}

/** cos and sin of `to - from`, times the ratio of the factors; shared rows where both are shared. */
function difference(from: Side, to: Side, plan: RowsPlan): Rotation {
  const { pairs } = from.rotation
  const isShared = from.rotation.batchStride === 0 && to.rotation.batchStride === 0
  const rows = isEmptyPlan(plan) ? 0 : isShared ? plan.tokens : plan.batch * plan.tokens
  const Kind = precisionOf(plan) === 'float64' ? Float64Array : Float32Array
  const cos = new Kind(rows * pairs)
  const sin = new Kind(rows * pairs)
  const ratio = ratioOf(from.attentionFactor, to.attentionFactor)
  for (let row = 0; row < rows; row++) {
    const before = (row % from.rotation.rows) * pairs
    const after = (row % to.rotation.rows) * pairs
    for (let i = 0; i < pairs; i++) {
      const c0 = from.rotation.cos[before + i] as number
      const s0 = from.rotation.sin[before + i] as number
      const c1 = to.rotation.cos[after + i] as number
      const s1 = to.rotation.sin[after + i] as number
      // A row of length r is undone by its conjugate over r squared.
      const scale = from.hasDecay ? ratio / (c0 * c0 + s0 * s0) : ratio
      cos[row * pairs + i] = scale * (c1 * c0 + s1 * s0)
      sin[row * pairs + i] = scale * (s1 * c0 - c1 * s0)
    }
  }
  return { pairs, rows, batchStride: isShared ? 0 : plan.tokens, cos, sin }
}
