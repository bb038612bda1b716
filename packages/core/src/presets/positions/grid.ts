/**
 * Positions of the patches of an image or video: the product of the coordinates of its axes, row by
 * row, or block by block where a model merges neighbouring patches into one token.
 */
import {
  checkCount,
  checkFlag,
  checkInteger,
  checkKeys,
  checkList,
  checkRecord,
  reject,
} from '../../check.js'
import { MOST_AXES, MOST_ROWS } from '../../limits.js'
import { readCount, readNumbers, readWhole } from '../../numbers/lists.js'

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

/** Two lists of numbers or more. */
function checkCoordinates(coordinates: unknown): readonly Float64Array[] {
  const accepted = 'two lists or more, one per axis'
  const lists = checkList(coordinates, 'coordinates', accepted, 'INVALID_POSITIONS')
  if (lists.length < 2) reject('INVALID_POSITIONS', 'coordinates', coordinates, accepted)
  checkInteger(lists.length, 'coordinates.length', 2, MOST_AXES)
  return lists.map((list, axis) => readNumbers(list, `coordinates[${axis}]`, 'INVALID_POSITIONS'))
}

function checkMerge(rows: number, columns: number, given: unknown): number {
  const merge = readWhole(given, 'merge', 1, 65536)
  for (const size of [rows, columns]) {
    if (size % merge === 0) continue
    reject('INVALID_POSITIONS', 'coordinates', size, `a multiple of merge, ${merge}`)
  }
  return merge
}

/** Where the n-th patch, in the order of tokens, stands along one of the axes. */
function indexAlong(sizes: readonly number[], axis: number, merge: number): (n: number) => number {
  const [rows = 1, columns = 1] = sizes.slice(-2)
  const isInner = axis >= sizes.length - 2
  if (!isInner) {
    const below = sizes.slice(axis + 1).reduce((product, size) => product * size, 1)
    return (n) => Math.floor(n / below) % (sizes[axis] as number)
  }
  const block = merge * merge
  const blocksAcross = columns / merge
  const isRow = axis === sizes.length - 2
  return (n) => {
    const inPlane = n % (rows * columns)
    const [at, inner] = [Math.floor(inPlane / block), inPlane % block]
    if (isRow) return Math.floor(at / blocksAcross) * merge + Math.floor(inner / merge)
    return (at % blocksAcross) * merge + (inner % merge)
  }
}

/**
 * The positions of all patches of a grid.
 *
 * @param coordinates one list per axis, from the slowest to the fastest: [rows, columns] or
 *   [frames, rows, columns]
 * @throws RopeError INVALID_POSITIONS when there are fewer than two axes, INVALID_OPTION; a grid has
 *   at most 2^24 tokens
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
  const accepted = '{ merge, columnsFirst, leading, trailing, repeat }'
  const given = checkRecord(options, 'options', accepted)
  checkKeys(given, 'options', ['merge', 'columnsFirst', 'leading', 'trailing', 'repeat'])
  const lists = checkCoordinates(coordinates)
  const sizes = lists.map((axis) => axis.length)
  const [rowCount = 1, columnCount = 1] = sizes.slice(-2)
  const merge = checkMerge(rowCount, columnCount, given.merge ?? 1)
  const columnsFirst = checkFlag(given.columnsFirst ?? false, 'columnsFirst')
  const before = readCount(given.leading ?? 0, 'leading')
  const after = readCount(given.trailing ?? 0, 'trailing')
  const times = readCount(given.repeat ?? 1, 'repeat', 1)
  const patches = sizes.reduce((product, size) => product * size, 1)
  const tokens = checkCount(before + times * patches + after, 'the number of tokens')
  checkInteger(tokens * sizes.length, 'the number of positions', 0, MOST_ROWS)
  const axes = lists.map((axis, a) => {
    const along = indexAlong(sizes, a, merge)
    const ids = new Float64Array(tokens)
    for (let n = 0; n < times * patches; n++) ids[before + n] = axis[along(n % patches)] as number
    return ids
  })
  const [columns, rows] = [axes[axes.length - 1], axes[axes.length - 2]]
  if (!columnsFirst || columns === undefined || rows === undefined) return { axes }
  return { axes: [...axes.slice(0, -2), columns, rows] }
}
