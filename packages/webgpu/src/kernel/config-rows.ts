/**
 * Rows of cos and sin of one config: made by core, uploaded once for all kernels of the config. The
 * rows of the last few starting positions are remembered, since every layer of a model asks for
 * them in turn.
 */
import { axisCount, type Positions, type RopeConfig, RopeError } from '@rope/core'
import {
  BoundedMap,
  createRotationTables,
  expandPositions,
  type Plan,
  type Rotation,
  type RotationTables,
  readPositions,
} from '@rope/core/backend'
import { scoped } from '../errors.js'
import { USAGE } from '../webgpu-constants.js'
import type { Context } from './context.js'
import type { RowsOnGpu } from './on-gpu.js'
import { packRows } from './rows.js'

/** Starting positions whose rows are remembered. */
const REMEMBERED = 8

/** Rows for ids on the GPU. */
export interface Table {
  readonly buffer: GPUBuffer
  /** Rejects with BACKEND_FAILED when the device had no memory for it. */
  readonly made: Promise<void>
}

type Sizes = Pick<Plan, 'batch' | 'tokens'>

/** The rows of a config on a device. */
export class ConfigRows {
  readonly #context: Context
  readonly #axes: number
  readonly #builders: RotationTables
  readonly #schedule: string
  readonly #recent = new BoundedMap<string, RowsOnGpu>(REMEMBERED)
  readonly #tables = new Map<number, Table>()

  constructor(context: Context, config: RopeConfig) {
    this.#context = context
    this.#axes = axisCount(config.axes)
    this.#builders = createRotationTables(config)
    this.#schedule = config.schedule.type
  }

  /**
   * The rotation of positions, or of the distances of a shift.
   *
   * @throws RopeError INVALID_POSITIONS
   * @throws RopeError UNSUPPORTED where a shift would have to know which table the keys were rotated
   *   with
   */
  rotation(positions: Positions, { batch, tokens }: Sizes, isShift: boolean): Rotation {
    if (isShift && this.#builders.dependsOnLength) {
      this.#refuse(
        'shifts by the table that the keys were rotated with, which only their length tells',
      )
    }
    const sources = readPositions(positions, this.#axes)
    const table = expandPositions(sources, batch, tokens, this.#axes, isShift ? 0 : 1)
    return this.#builders
      .builder(this.#builders.lengthFor(sources, table))
      .build(table, 'float32', isShift)
  }

  #refuse(reason: string): never {
    throw new RopeError(
      'UNSUPPORTED',
      `schedule '${this.#schedule}' ${reason}; make this call through a rope on the CPU, or fix the table with frozenLength where the schedule has it`,
      { field: 'schedule.type' },
    )
  }

  /** Uploads the rows of positions, or finds them where they are already. */
  upload(positions: Positions, sizes: Sizes, isShift: boolean): RowsOnGpu {
    if (typeof positions !== 'number') return this.#upload(this.rotation(positions, sizes, isShift))
    const key = `${positions} ${sizes.tokens} ${isShift}`
    const known = this.#recent.get(key)
    if (known !== undefined && this.#context.rows.holds(known)) return known
    const rows = this.#upload(this.rotation(positions, sizes, isShift))
    this.#recent.set(key, rows)
    return rows
  }

  #upload(rotation: Rotation): RowsOnGpu {
    const uploaded = this.#context.rows.upload(packRows(rotation))
    return { ...uploaded, batchStride: rotation.batchStride }
  }

  /** A buffer of the caller's own with the rows of a rotation. */
  store(rotation: Rotation, label: string): GPUBuffer {
    const { device } = this.#context
    const packed = packRows(rotation)
    const size = Math.max(16, packed.byteLength)
    const buffer = device.createBuffer({ label, size, usage: USAGE.STORAGE | USAGE.COPY_DST })
    device.queue.writeBuffer(buffer, 0, packed)
    return buffer
  }

  /**
   * The rows of the positions 0 to `rows - 1`, for ids that live on the GPU.
   *
   * @throws RopeError UNSUPPORTED for a config with several axes
   */
  table(rows: number): Table {
    if (this.#axes > 1) {
      throw new RopeError(
        'UNSUPPORTED',
        `positions on the GPU pick one row per token, but this config has ${this.#axes} axes; give positions on the CPU`,
        { field: 'table' },
      )
    }
    if (this.#builders.dependsOnLength) {
      this.#refuse('has a table per length, and positions on the GPU do not tell it')
    }
    const known = this.#tables.get(rows)
    if (known !== undefined) return known
    const rotation = this.rotation(0, { batch: 1, tokens: rows }, false)
    const { result: buffer, caught } = scoped(this.#context.device, 'making a table', () =>
      this.store(rotation, '@rope/webgpu table'),
    )
    const table = { buffer, made: caught.check() }
    table.made.catch(() => {
      this.#tables.delete(rows)
      buffer.destroy()
    })
    this.#tables.set(rows, table)
    return table
  }

  /** Destroys the tables. */
  dispose(): void {
    for (const { buffer } of this.#tables.values()) buffer.destroy()
    this.#tables.clear()
    this.#recent.clear()
  }
}
