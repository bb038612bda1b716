/**
 * Positions of the patches of an image or video: the product of the coordinates of its axes, row by
 * row, or block by block where a model merges neighbouring patches into one token.
 */
import { checkInteger, reject } from '../check.js'

/** Positions with one list per axis, as every call takes them. */
export interface GridPositions {
  readonly axes: readonly Float64Array[]
}

/** How patches are ordered, and what stands around them. */
export interface GridOptions {
  /**
   * Patches of a block per side, over the last two axes: the patches of a block follow each other
   * (spatial_merge_size of Qwen2-VL's vision tower). 1 when absent.
   */
  readonly merge?: number
  /** Puts the last axis (columns) before the one before it (rows); false when absent. */
  readonly columnsFirst?: boolean
  /** Tokens before and after the patches that are not rotated: position 0 on every axis. */
  readonly leading?: number
  readonly trailing?: number
  /** How often the patches repeat: keys of several frames of memory (SAM 2). 1 when absent. */
  readonly repeat?: number
}

/** The index of every patch along the last two axes, in the order of tokens. */
function plane(rows: number, columns: number, merge: number): readonly (readonly number[])[] {
  const order: (readonly number[])[] = []
  for (let top = 0; top < rows; top += merge) {
    for (let left = 0; left < columns; left += merge) {
      for (let inner = 0; inner < merge * merge; inner++) {
        order.push([top + Math.floor(inner / merge), left + (inner % merge)])
      }
    }
  }
  return order
}

function checkMerge(rows: number, columns: number, given: number): number {
  const merge = checkInteger(given, 'merge', 1, 65536)
  for (const size of [rows, columns]) {
    if (size % merge === 0) continue
    reject('INVALID_POSITIONS', 'coordinates', size, `a multiple of merge, ${merge}`)
  }
  return merge
}

/** The indices of all patches of one or two outer and two inner axes, in the order of tokens. */
function indicesOf(sizes: readonly number[], merge: number): readonly (readonly number[])[] {
  const [rows = 1, columns = 1] = sizes.slice(-2)
  const inner = plane(rows, columns, checkMerge(rows, columns, merge))
  return sizes
    .slice(0, -2)
    .reduceRight<readonly (readonly number[])[]>(
      (below, size) =>
        Array.from({ length: size }, (_, i) => i).flatMap((i) => below.map((rest) => [i, ...rest])),
      inner,
    )
}

/**
 * The positions of all patches of a grid.
 *
 * @param coordinates one list per axis, from the slowest to the fastest: [rows, columns] or
 *   [frames, rows, columns]
 * @throws RopeError INVALID_POSITIONS when there are fewer than two axes, INVALID_OPTION
 *
 * @example
 * ```ts
 * // Llama 4 vision: a 24 x 24 image, counted from 1, the class token last
 * gridPositions([countedCoordinates(24, 1), countedCoordinates(24, 1)], { columnsFirst: true, trailing: 1 })
 * ```
 */
export function gridPositions(
  coordinates: readonly Float64Array[],
  options: GridOptions = {},
): GridPositions {
  const { merge = 1, columnsFirst = false, leading = 0, trailing = 0, repeat = 1 } = options
  if (coordinates.length < 2) {
    reject('INVALID_POSITIONS', 'coordinates', coordinates, 'two lists or more, one per axis')
  }
  const indices = indicesOf(
    coordinates.map((axis) => axis.length),
    merge,
  )
  const before = checkInteger(leading, 'leading', 0, 2 ** 31)
  const after = checkInteger(trailing, 'trailing', 0, 2 ** 31)
  const times = checkInteger(repeat, 'repeat', 1, 2 ** 31)
  const axes = coordinates.map((axis, a) => {
    const patches = indices.map((index) => axis[index[a] as number] as number)
    const ids = new Float64Array(before + times * patches.length + after)
    for (let r = 0; r < times; r++) ids.set(patches, before + r * patches.length)
    return ids
  })
  const [columns, rows] = [axes[axes.length - 1], axes[axes.length - 2]]
  if (!columnsFirst || columns === undefined || rows === undefined) return { axes }
  return { axes: [...axes.slice(0, -2), columns, rows] }
}
