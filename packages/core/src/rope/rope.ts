/**
 * The rope: a config bound to a backend. It joins the pipeline - positions to rotation, tensors
 * to plan, plan to kernel - and remembers the rows of the last positions.
 */

import {
  checkFields,
  checkKeys,
  checkRecord,
  checkWord,
  isRecord,
  refuseExtra,
  reject,
  rejectBecause,
  show,
} from '../check.js'
import { axisCount } from '../config/axes.js'
import {
  computeFrequencies,
  type RopeConfig,
  type RopeOptions,
  regimeFor,
  resolveConfig,
} from '../config/config.js'
import type { Backend } from '../contract/backend.js'
import { RopeError } from '../errors.js'
import { type RotateTensors, readTensors } from '../plan/plan.js'
import { LAYOUTS, type Layout, type Tensor } from '../plan/tensor.js'
import { CALL_KEYS, PLACED_KEYS } from '../plan/unread-fields.js'
import type { Positions } from '../positions/forms.js'
import {
  ChangeRows,
  type PlacedTables,
  type PlannedRows,
  Rows,
  StartRows,
} from '../rotation/rows.js'
import { checkStatedLength, createRotationTables, type RotationTables } from '../rotation/tables.js'
import type { Frequencies, Regime, ScheduleOptions } from '../schedule/schedule.js'
import { type BoundRope, bindTensors } from './bound.js'
import { Kernels } from './kernels.js'

/** For schedules whose table depends on the length of the sequence; all others ignore it. */
export interface LengthOptions {
  /**
   * Tokens in the sequence; the largest position of the call plus one when absent. State it where
   * calls see part of a sequence (chunks of a prefill, shards), so that all use one table. It must
   * hold for every position of the call. Without it, all sequences of a call must take one table.
   */
  readonly length?: number | bigint
}

/** The tensors of a call and where their tokens stand. */
export interface RotateInput extends RotateTensors, LengthOptions {
  readonly positions: Positions
}

/** Where the keys of a cache stand, and the table they were rotated with. */
export interface CachePlace extends LengthOptions {
  readonly positions: Positions
  /** The schedule, when it is not the rope's own. */
  readonly schedule?: ScheduleOptions
}

/** A rope at fixed positions: tables are made once and serve every layer. */
export interface RopeStep {
  /** Rotates synchronously; UNSUPPORTED on a GPU backend. */
  rotate(tensors: RotateTensors): void
  /** Rotates on any backend. */
  rotateAsync(tensors: RotateTensors): Promise<void>
}

/** A config bound to a backend. */
export interface Rope {
  readonly config: RopeConfig
  /** Those of a short sequence, where the table depends on the length (see `computeFrequencies`). */
  readonly frequencies: Frequencies
  readonly backend: Backend
  /** Rotates q and k at the given positions, synchronously; UNSUPPORTED on a GPU backend. */
  rotate(input: RotateInput): void
  /** The same on any backend. Tensors and positions must not change until it resolves. */
  rotateAsync(input: RotateInput): Promise<void>
  /** Fixes the positions, to rotate many tensors (one pair per layer) with the same tables. */
  at(positions: Positions, options?: LengthOptions): RopeStep
  /** Fixes the tensors, to rotate them again and again; CPU backends only. */
  bind(tensors: RotateTensors, options?: LengthOptions): BoundRope
  /**
   * Moves already rotated keys by `delta` positions, in place (K-shift of a cache). A number
   * moves every token by as much, `{ offsets }` every batch entry, an array each token,
   * `{ axes }` each axis by its own. A pure rotation: the attention factor, which the keys already
   * carry, is not applied again. Where the table depends on the length, `length` is required: it
   * says which table the keys were rotated with.
   */
  shift(k: Tensor, delta: Positions, options?: LengthOptions): void
  /**
   * Turns cached keys from one place and table over to another, in place, as one rotation by the
   * difference of the angles: when a sequence outgrows its table (dynamic NTK, LongRoPE), when a
   * prefix is spliced in elsewhere, when the schedule changes. The attention factor becomes that of
   * the new table.
   */
  rerope(k: Tensor, from: CachePlace, to: CachePlace): void
  /** Which table a sequence of `length` tokens uses: a tag for the key of every cache. */
  regimeFor(length: number): Regime
  /** Forgets all tables and kernels; the backend stays its owner's. */
  dispose(): void
}

/** How a rope is made. */
export interface RopeContext {
  readonly backend: Backend
  /** The layout of tensors that do not state their own. */
  readonly layout?: Layout | undefined
}

/** More positions than a decode step has; larger ones are not kept between calls. */
const KEPT_ROWS = 4096

function checkBackend(backend: unknown): Backend {
  const accepted = `a backend, such as createJsBackend()${typeof backend === 'function' ? ': call it' : ''}`
  const keys = ['specVersion', 'name', 'device', 'supports', 'compile'] as const
  const record = checkFields(backend, 'backend', keys, accepted)
  for (const method of ['supports', 'compile'] as const) {
    if (typeof record[method] !== 'function') {
      reject('INVALID_OPTION', `backend.${method}`, record[method], 'a function')
    }
  }
  checkWord(record.device, 'backend.device', ['cpu', 'gpu'])
  if (record.specVersion !== 1) {
    rejectBecause(
      'INVALID_OPTION',
      'backend.specVersion',
      `is ${show(record.specVersion)}; this core speaks version 1: update one of the two`,
    )
  }
  return backend as Backend
}

/** Where a call's tokens stand. Read for every call: a copy costs nothing once it is inlined. */
function readPlace(input: RotateInput): Place {
  const refuse = (): never => reject('INVALID_OPTION', 'input', input, '{ q, k, positions }')
  try {
    const { positions, length } = input
    if (positions !== undefined || isRecord(input)) return { positions, length }
  } catch {
    refuse()
  }
  return refuse()
}

interface Place {
  readonly positions: Positions
  readonly length: Length
}

type Length = number | bigint | undefined

/** The stated length, and nothing after it. */
function lengthOf(options: LengthOptions, extra: unknown): Length {
  refuseExtra(extra)
  const record = checkRecord(options, 'options', '{ length }')
  checkKeys(record, 'options', ['length'])
  return record.length as Length
}

class BackendRope implements Rope {
  readonly config: RopeConfig
  readonly frequencies: Frequencies
  readonly backend: Backend
  readonly #axes: number
  readonly #tables: RotationTables
  readonly #kernels: Kernels
  #startRows: StartRows | undefined
  #lastStart = Number.NaN
  #lastLength: Length
  #lastRows: PlannedRows | undefined
  #disposed = false

  constructor(config: RopeConfig, backend: Backend, layout: Layout | undefined) {
    this.config = config
    this.frequencies = computeFrequencies(config)
    this.backend = backend
    this.#kernels = new Kernels(config, backend, layout)
    this.#axes = axisCount(config.axes)
    this.#tables = createRotationTables(config, this.frequencies)
  }

  rotate(input: RotateInput, extra?: unknown): void {
    this.#checkSync()
    refuseExtra(extra)
    const { positions, length } = readPlace(input)
    if (typeof positions !== 'number') {
      return void this.#run(input, this.#rows(positions, length), PLACED_KEYS)
    }
    this.#startRows ??= new StartRows(this.#tables)
    this.#startRows.move(positions, length)
    void this.#run(input, this.#startRows, PLACED_KEYS)
  }

  async rotateAsync(input: RotateInput, extra?: unknown): Promise<void> {
    this.#checkAlive()
    refuseExtra(extra)
    await this.#runAsync(input, this.#rowsFor(input), PLACED_KEYS)
  }

  at(positions: Positions, options: LengthOptions = {}, extra?: unknown): RopeStep {
    this.#checkAlive()
    const rows = this.#rows(positions, lengthOf(options, extra))
    return {
      rotate: (tensors, more?: unknown) => {
        this.#checkSync()
        refuseExtra(more)
        void this.#run(tensors, rows, CALL_KEYS)
      },
      rotateAsync: async (tensors, more?: unknown) => {
        this.#checkAlive()
        refuseExtra(more)
        await this.#runAsync(tensors, rows, CALL_KEYS)
      },
    }
  }

  bind(given: RotateTensors, options: LengthOptions = {}, extra?: unknown): BoundRope {
    this.#checkSync()
    const stated = checkStatedLength(lengthOf(options, extra))
    const prepared = this.#kernels.prepare(readTensors(given), CALL_KEYS)
    return bindTensors(prepared, this.#tables, stated, () => {
      if (this.#disposed) this.#checkAlive()
    })
  }

  shift(k: Tensor, delta: Positions, options: LengthOptions = {}, extra?: unknown): void {
    this.#checkSync()
    const length = lengthOf(options, extra)
    if (this.#tables.dependsOnLength && length === undefined) {
      rejectBecause(
        'INVALID_OPTION',
        'length',
        `is missing: under schedule '${this.config.schedule.type}' the angle of a shift depends on the table the keys were rotated with; give { length } of their sequence`,
      )
    }
    void this.#run({ k }, this.#rows(delta, length, true), CALL_KEYS)
  }

  rerope(k: Tensor, from: CachePlace, to: CachePlace, extra?: unknown): void {
    this.#checkSync()
    refuseExtra(extra)
    const rows = new ChangeRows(this.#place(from, 'from'), this.#place(to, 'to'))
    void this.#run({ k }, rows, CALL_KEYS)
  }

  regimeFor(length: number, extra?: unknown): Regime {
    refuseExtra(extra)
    return regimeFor(this.config, length)
  }

  dispose(): void {
    this.#disposed = true
    this.#kernels.clear()
    this.#startRows = undefined
    this.#lastRows = undefined
  }

  #place(place: CachePlace, field: string): PlacedTables {
    const record = checkRecord(
      place,
      field,
      '{ positions } of the keys, with { length } or { schedule } where they matter',
    )
    checkKeys(record, field, ['positions', 'length', 'schedule'])
    const { positions, length, schedule } = record as unknown as CachePlace
    const tables =
      schedule === undefined
        ? this.#tables
        : createRotationTables(resolveConfig({ ...this.config, schedule }))
    return { tables, axes: this.#axes, positions, length: checkStatedLength(length) }
  }

  #rows(positions: Positions, length: Length, isShift = false): Rows {
    const stated = checkStatedLength(length)
    return new Rows({
      tables: this.#tables,
      axes: this.#axes,
      positions,
      length: stated,
      isShift,
    })
  }

  /**
   * A decode step rotates every layer at the same number: keep the rows of the last one. They are not
   * filled anew, as those of `StartRows` are, since a call on its way may still read them.
   */
  #rowsFor(input: RotateInput): PlannedRows {
    const { positions, length } = readPlace(input)
    if (typeof positions !== 'number') return this.#rows(positions, length)
    const isLast = this.#lastStart === positions && this.#lastLength === length
    if (this.#lastRows === undefined || !isLast) {
      this.#lastRows = this.#rows(positions, length)
      this.#lastStart = positions
      this.#lastLength = length
    }
    return this.#lastRows
  }

  #run(tensors: RotateTensors, rows: PlannedRows, keys: readonly string[]): void | Promise<void> {
    const { plan, views, kernel } = this.#kernels.prepare(tensors, keys)
    return kernel.run({ views, rotation: rows.for(plan) })
  }

  /** Everything is checked before the first await. */
  #runAsync(
    tensors: RotateTensors,
    rows: PlannedRows,
    keys: readonly string[],
  ): void | Promise<void> {
    const { plan, views, kernel } = this.#kernels.prepare(tensors, keys)
    const rotation = rows.for(plan)
    if (rotation.rows > KEPT_ROWS) this.#lastRows = undefined
    return this.#kernels.runAsync(kernel, plan, { views, rotation })
  }

  #checkAlive(): void {
    if (this.#disposed)
      throw new RopeError(
        'DISPOSED',
        'this rope has been disposed of; create a new one with createRope',
      )
  }

  #checkSync(): void {
    this.#checkAlive()
    if (this.backend.device === 'cpu') return
    throw new RopeError(
      'UNSUPPORTED',
      `backend '${this.backend.name}' runs on the GPU and cannot finish synchronously; use rotateAsync`,
      {
        field: 'backend.device',
      },
    )
  }
}

/**
 * Binds a config to a backend.
 *
 * @param config a resolved config, or options that resolve to one
 * @param context the backend, and the layout of tensors that state none
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 *
 * @example
 * ```ts
 * import { createRope } from '@rope/core'
 * import { createJsBackend } from '@rope/js'
 *
 * const rope = createRope(
 *   { headDim: 4, pairing: 'half', schedule: { type: 'default', base: 10000 } },
 *   { backend: createJsBackend(), layout: 'bshd' },
 * )
 * const q = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 1, 1, 4] }
 * rope.rotate({ q, positions: 3 }) // in place
 * ```
 */
export function createRope(config: RopeConfig | RopeOptions, context: RopeContext): Rope {
  const record = checkRecord(context, 'context', '{ backend }')
  if (record.specVersion !== undefined) {
    rejectBecause('INVALID_OPTION', 'context', 'is a backend; write { backend }')
  }
  checkKeys(record, 'context', ['backend', 'layout'])
  const { backend, layout } = record as unknown as RopeContext
  if (layout !== undefined) checkWord(layout, 'layout', LAYOUTS)
  return new BackendRope(resolveConfig(config), checkBackend(backend), layout)
}
