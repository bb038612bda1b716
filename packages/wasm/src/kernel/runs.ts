/**
 * Copying heads between an array with any strides and a dense tile: as few and as long runs of
 * neighbours as the two have in common. Values are moved as bits.
 */
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  type Elements,
  kindOf,
  lengthOf,
  partOf,
  type Strides,
  setElements,
} from '@rope/core/backend'

/** A dense tile: `tokens` by `heads` by `channels`, in either order of the first two. */
export interface Tile {
  readonly tokens: number
  readonly heads: number
  readonly channels: number
  /** Elements from token to token and from head to head within the tile. */
  readonly token: number
  readonly head: number
}

/** One side of a copy: an array, the element where the tile begins, and its strides. */
export interface Side {
  readonly elements: Elements
  readonly at: number
  readonly token: number
  readonly head: number
  readonly channel: number
}

/** Below this many elements a loop is faster than a call of `set`. */
const SHORT_RUN = 24

type Bits = Uint32Array | Uint16Array

function bitsOf(elements: Elements): Bits {
  if (kindOf(elements) === 'Uint16Array') return elements as Uint16Array
  return new Uint32Array(bufferOf(elements), byteOffsetOf(elements), byteLengthOf(elements) / 4)
}

/** The tile itself as a side. */
export function tileSide(elements: Elements, at: number, { token, head }: Tile): Side {
  return { elements, at, token, head, channel: 1 }
}

/** An operand as a side, from the element where the tile's first head begins. */
export function operandSide(elements: Elements, at: number, strides: Strides): Side {
  return { elements, at, token: strides.token, head: strides.head, channel: strides.channel }
}

interface Loop {
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Copies a tile's worth of heads from one side to the other. */
export function copyTile(from: Side, to: Side, tile: Tile): void {
  const tokens: Loop = { count: tile.tokens, from: from.token, to: to.token }
  const heads: Loop = { count: tile.heads, from: from.head, to: to.head }
  const [outer, inner] = tile.token > tile.head ? [tokens, heads] : [heads, tokens]
  const dense = from.channel === 1 && to.channel === 1
  if (dense && joins(inner, tile.channels)) {
    const run = tile.channels * inner.count
    if (joins(outer, run)) copyRun(from, from.at, to, to.at, run * outer.count)
    else copyRuns(from, to, outer, run)
  } else if (dense && tile.channels >= SHORT_RUN) {
    for (let i = 0; i < outer.count; i++) {
      const row = { ...from, at: from.at + i * outer.from }
      copyRuns(row, { ...to, at: to.at + i * outer.to }, inner, tile.channels)
    }
  } else {
    copyElements(from, to, outer, inner, tile.channels)
  }
}

/** True when neighbours of this loop touch each other on both sides. */
function joins({ count, from, to }: Loop, run: number): boolean {
  return count === 1 || (from === run && to === run)
}

function copyRun(from: Side, at: number, to: Side, target: number, length: number): void {
  const { elements } = from
  const isWhole = at === 0 && length === lengthOf(elements)
  setElements(to.elements, isWhole ? elements : partOf(elements, at, length), target)
}

function copyRuns(from: Side, to: Side, loop: Loop, run: number): void {
  for (let i = 0; i < loop.count; i++) {
    copyRun(from, from.at + i * loop.from, to, to.at + i * loop.to, run)
  }
}

function copyElements(from: Side, to: Side, outer: Loop, inner: Loop, channels: number): void {
  const source = bitsOf(from.elements)
  const target = bitsOf(to.elements)
  for (let i = 0; i < outer.count; i++) {
    for (let j = 0; j < inner.count; j++) {
      let read = from.at + i * outer.from + j * inner.from
      let write = to.at + i * outer.to + j * inner.to
      for (let c = 0; c < channels; c++, read += from.channel, write += to.channel) {
        target[write] = source[read] as number
      }
    }
  }
}
