/**
 * How the work is spread. With many tokens an invocation keeps its token's cos and sin and walks a
 * strip of heads; with few, every head has its own invocation, so that a single token still fills
 * as much of the GPU as it can.
 */
import type { Access } from '../shader/spec.js'
import { WORKGROUP_SIZE } from '../shader/spec.js'

/** The longest strip: beyond it loading cos and sin costs next to nothing. */
const LONGEST_STRIP = 8

/** Invocations that keep a large GPU busy while it waits for memory. */
const ENOUGH_INVOCATIONS = 1 << 18

/** Heads whose loads are in flight at once in one invocation. */
export function unrollOf(access: Access): number {
  return access === 'element' ? 1 : 4
}

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
export function planStrips(tokens: number, columns: number, heads: readonly number[]): Strips {
  for (let length = LONGEST_STRIP; length > 1; length /= 2) {
    const strips = stripsOf(heads, length)
    if (tokens * columns * strips.total >= ENOUGH_INVOCATIONS) return strips
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
