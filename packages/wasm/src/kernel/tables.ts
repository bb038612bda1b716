/**
 * Rows of cos and sin as the module sees them: in place when they lie in its memory, else copied
 * into the segment's table window, as many rows as fit.
 */
import type { Rotation } from '@rope/core/backend'
import type { Memory, Place } from '../memory/memory.js'
import type { Segment } from '../memory/segment.js'

const BYTES_PER_ROW_AND_PAIR = 8

/** How many rows of so many pairs a segment's table window holds. */
export function rowsPerWindow(segment: Segment, pairs: number): number {
  return Math.floor(segment.windows.table / (BYTES_PER_ROW_AND_PAIR * Math.max(pairs, 1)))
}

/** Copies a whole array, or a part of it; a view of a part costs more than a decode step's row. */
function copy(
  to: Float32Array,
  at: number,
  from: Float32Array,
  start: number,
  length: number,
): void {
  to.set(start === 0 && length === from.length ? from : from.subarray(start, start + length), at)
}

/** Copies rows into the table window: those of sin follow those of cos. */
export function copyRows(segment: Segment, rotation: Rotation, first: number, count: number): void {
  const { floats, table } = segment
  const { cos, sin, pairs } = rotation as Rotation & { cos: Float32Array; sin: Float32Array }
  const length = count * pairs
  copy(floats, table / 4, cos, first * pairs, length)
  copy(floats, table / 4 + length, sin, first * pairs, length)
}

/** The rows of one call, in one segment. */
export class Tables {
  readonly segment: Segment
  readonly #rotation: Rotation
  readonly #cosPlace: Place | undefined
  readonly #sinPlace: Place | undefined
  #first = -1
  #count = -1
  /** Byte offsets of the rows asked for last. */
  cos = 0
  sin = 0

  constructor(memory: Memory, segment: Segment, rotation: Rotation) {
    this.segment = segment
    this.#rotation = rotation
    const cos = memory.placeOf(rotation.cos)
    const sin = memory.placeOf(rotation.sin)
    if (cos?.segment !== segment || sin?.segment !== segment) return
    this.#cosPlace = cos
    this.#sinPlace = sin
  }

  /** How many rows may be asked for at once. */
  get most(): number {
    if (this.#cosPlace !== undefined) return Number.POSITIVE_INFINITY
    return rowsPerWindow(this.segment, this.#rotation.pairs)
  }

  /** Sets `cos` and `sin` to the rows [first, first + count). */
  provide(first: number, count: number): void {
    const { pairs } = this.#rotation
    if (this.#cosPlace !== undefined && this.#sinPlace !== undefined) {
      this.cos = this.#cosPlace.byteOffset + 4 * first * pairs
      this.sin = this.#sinPlace.byteOffset + 4 * first * pairs
      return
    }
    if (first === this.#first && count === this.#count) return
    copyRows(this.segment, this.#rotation, first, count)
    this.cos = this.segment.table
    this.sin = this.segment.table + 4 * count * pairs
    this.#first = first
    this.#count = count
  }
}
