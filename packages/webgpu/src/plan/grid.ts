/**
 * How the work is spread. With many tokens an invocation keeps its token's cos and sin and walks a
 * strip of heads; with few, every head has its own invocation, so that a single token still fills
 * as much of the GPU as it can.
 */
import { WORKGROUP_SIZE } from '../shader/spec.js'

/** What decides how long strips are. */
export interface Spread {
  /** The longest strip: beyond it, loading cos and sin once more costs next to nothing. */
  readonly longestStrip: number
  /** Invocations that keep the device busy while it waits for memory. */
  readonly enoughInvocations: number
}

/**
 * For GPUs: 2^18 invocations with 32 bytes each in flight are more than the latency of any memory
 * times its rate (4.8 TB/s times 0.7 us are 3.4 MB), and fill the largest GPU.
 */
export const GPU_SPREAD: Spread = { longestStrip: 8, enoughInvocations: 1 << 18 }

/** For adapters in software, where an invocation costs more than a head. */
export const SOFTWARE_SPREAD: Spread = { longestStrip: 64, enoughInvocations: 64 }

/** How many invocations there are for each token. */
export interface Strips {
  readonly headsPerInvocation: number
  /** Strips of each operand. */
  readonly strips: readonly number[]
  /** Strips of all operands. */
  readonly total: number
}

function stripsOf(heads: readonly number[], headsPerInvocation: number): Strips {
  const strips = heads.map((count) => Math.ceil(count / headsPerInvocation))
  return { headsPerInvocation, strips, total: strips.reduce((sum, count) => sum + count, 0) }
}

/**
 * The longest strips that leave enough invocations.
 *
 * @param tokens of all batch entries
 * @param columns invocations per head
 * @param heads of each operand
 */
export function planStrips(
  tokens: number,
  columns: number,
  heads: readonly number[],
  { longestStrip, enoughInvocations }: Spread,
): Strips {
  for (let length = longestStrip; length > 1; length /= 2) {
    const strips = stripsOf(heads, length)
    if (tokens * columns * strips.total >= enoughInvocations) return strips
  }
  return stripsOf(heads, 1)
}

/** Workgroups in two dimensions, since one holds 65,535 at most. */
export interface Workgroups {
  readonly x: number
  readonly y: number
}

/** Enough workgroups for so many invocations; the shader leaves out what is too much. */
export function planWorkgroups(invocations: number, perDimension: number): Workgroups {
  const groups = Math.ceil(invocations / WORKGROUP_SIZE)
  const y = Math.ceil(groups / perDimension)
  return { x: Math.ceil(groups / Math.max(1, y)), y }
}
