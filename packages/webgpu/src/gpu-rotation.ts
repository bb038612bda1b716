/**
 * Rows of cos and sin that were uploaded once and serve many calls: every layer of a step, every
 * step that has the same positions.
 */
import type { RowsOnGpu } from './kernel/on-gpu.js'

/** Rows on the GPU. They belong to whoever created them. */
export interface GpuRotation {
  readonly pairs: number
  readonly rows: number
  /** Rows from one batch entry to the next: 0 when all entries share the same positions. */
  readonly batchStride: number
  /** Frees the rows; only after every call that uses them has been submitted. */
  destroy(): void
}

const ROWS = new WeakMap<GpuRotation, RowsOnGpu>()

/** Remembers where the rows of a rotation lie. */
export function registerRotation(rotation: GpuRotation, rows: RowsOnGpu): GpuRotation {
  ROWS.set(rotation, rows)
  return rotation
}

/** Where the rows of a rotation lie; undefined when it is none, or has been destroyed. */
export function rowsOfRotation(rotation: GpuRotation): RowsOnGpu | undefined {
  return ROWS.get(rotation)
}

/** Forgets a rotation that has been destroyed. */
export function forgetRotation(rotation: GpuRotation): void {
  ROWS.delete(rotation)
}
