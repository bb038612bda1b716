/**
 * The call into the module, alone or in chunks that workers help with. All places are byte offsets
 * into the segment's memory.
 */
import type { Program, Segment } from '../memory/segment.js'
import type { Pool } from '../threads/pool.js'

/** Where the operands of a call lie. */
export interface Places {
  source0: number
  target0: number
  source1: number
  target1: number
}

/** Runs the units [begin, end) of a program; `bytes` is how much data that is. */
export function runUnits(
  segment: Segment,
  pool: Pool | undefined,
  program: Program,
  { source0, target0, source1, target1 }: Places,
  cos: number,
  sin: number,
  batchStride: number,
  units: number,
  bytes: number,
): void {
  const { exports } = segment
  const slot = segment.slotOf(program)
  const chunk = pool === undefined ? 0 : pool.chunkOf(units, bytes)
  if (chunk > 0 && exports.runChunks !== undefined) {
    exports.runChunks(
      slot,
      source0,
      target0,
      source1,
      target1,
      cos,
      sin,
      batchStride,
      0,
      units,
      chunk,
    )
    return
  }
  exports.run(slot, source0, target0, source1, target1, cos, sin, batchStride, 0, units)
}
