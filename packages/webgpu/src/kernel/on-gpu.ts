/**
 * What a call reads beside its tensors, where it lies on the GPU.
 */
import type { PositionsSpec } from '../shader/spec.js'

/** Rows of cos and sin: `2 * pairs` float32 values each, cos before sin. */
export interface RowsOnGpu {
  readonly buffer: GPUBuffer
  readonly byteOffset: number
  /** Rows from one batch entry to the next. */
  readonly batchStride: number
}

/** Ids that pick rows. */
export interface PositionsOnGpu {
  readonly buffer: GPUBuffer
  readonly byteOffset: number
  /** Ids from one batch entry to the next. */
  readonly batchStride: number
}

/** The table that ids pick from, and where ids outside it are counted. */
export interface TableOnGpu {
  readonly spec: PositionsSpec
  readonly rows: number
  readonly status: GPUBuffer
}
