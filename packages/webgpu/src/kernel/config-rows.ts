/**
 * Rows of cos and sin of one config: made by core, uploaded once for all kernels of the config. The
 * rows of the last few starting positions are remembered, since every layer of a model asks for
 * them in turn.
 */
import {
  axisCount,
  computeFrequencies,
  createRotationBuilder,
  expandPositions,
  type Plan,
  type Positions,
  type RopeConfig,
  RopeError,
  type Rotation,
  type RotationBuilder,
  readPositions,
} from '@rope/core'
import { type GpuBuffer, USAGE } from '../webgpu-types.js'
import type { Context } from './context.js'
import type { RowsOnGpu } from './on-gpu.js'
import { packRows } from './rows.js'

/** Starting positions whose rows are remembered. */
const REMEMBERED = 8

type Sizes = Pick<Plan, 'batch' | 'tokens'>

/** The rows of a config on a device. */
export class ConfigRows {
  readonly #context: Context
  readonly #axes: number
  readonly #builder: RotationBuilder
  readonly #recent = new Map<string, RowsOnGpu>()
  readonly #tables = new Map<number, GpuBuffer>()

  constructor(context: Context, config: RopeConfig) {
    this.#context = context
    this.#axes = axisCount(config.axes)
    this.#builder = createRotationBuilder(config, computeFrequencies(config))
  }

  /**
   * The rotation of positions, or of the distances of a shift.
   *
   * @throws RopeError INVALID_POSITIONS
   */
  rotation(positions: Positions, { batch, tokens }: Sizes, isShift: boolean): Rotation {
    const sources = readPositions(positions, this.#axes)
    const table = expandPositions(sources, batch, tokens, this.#axes, isShift ? 0 : 1)
    return this.#builder.build(table, 'float32', isShift)
  }

  /** Uploads the rows of positions, or finds them where they are already. */
  upload(positions: Positions, sizes: Sizes, isShift: boolean): RowsOnGpu {
    if (typeof positions !== 'number') return this.#upload(this.rotation(positions, sizes, isShift))
    const key = `${positions} ${sizes.tokens} ${isShift}`
    const known = this.#recent.get(key)
    if (known !== undefined && this.#context.rows.holds(known)) return known
    const rows = this.#upload(this.rotation(positions, sizes, isShift))
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size >= REMEMBERED) this.#recent.delete(oldest)
    }
    this.#recent.delete(key)
    this.#recent.set(key, rows)
    return rows
  }

  #upload(rotation: Rotation): RowsOnGpu {
    const uploaded = this.#context.rows.upload(packRows(rotation))
    return { ...uploaded, batchStride: rotation.batchStride }
  }

  /** A buffer of the caller's own with the rows of a rotation. */
  store(rotation: Rotation, label: string): GpuBuffer {
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
  table(rows: number): GpuBuffer {
    if (this.#axes > 1) {
      throw new RopeError(
        'UNSUPPORTED',
        `positions on the GPU pick one row per token, but this config has ${this.#axes} axes; give positions on the CPU`,
        { field: 'table' },
      )
    }
    const known = this.#tables.get(rows)
    if (known !== undefined) return known
    const rotation = this.rotation(0, { batch: 1, tokens: rows }, false)
    const table = this.store(rotation, '@rope/webgpu table')
    this.#tables.set(rows, table)
    return table
  }

  /** Destroys the tables. */
  dispose(): void {
    for (const table of this.#tables.values()) table.destroy()
    this.#tables.clear()
    this.#recent.clear()
  }
}
