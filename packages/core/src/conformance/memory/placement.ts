/**
 * Placements: where the elements of a logical [batch, tokens, heads, headDim] tensor lie in memory,
 * worked out here from layouts and spacings, independently of the library's own reading of them.
 */
import type { Strides } from '../../contract/backend.js'
import type { Layout } from '../../plan/tensor.js'
import type { LogicalSizes } from '../../reference/logical-tensor.js'

/** How far apart neighbours lie, and in which direction. */
export type Spacing =
  /** Row-major without gaps; strides are not stated. */
  | 'dense'
  /** Row-major without gaps, but not at the start of the array. */
  | 'offset'
  /** A gap after every head, token and batch entry. */
  | 'padded'
  /** Channels are three elements apart. */
  | 'channel-step'
  /** Later tokens lie before earlier ones. */
  | 'reversed-tokens'
  /** Later heads lie before earlier ones. */
  | 'reversed-heads'
  /** Everything runs backwards, channels included. */
  | 'reversed'

/** Every spacing, for the matrix of cases. */
export const SPACINGS: readonly Spacing[] = [
  'dense',
  'offset',
  'padded',
  'channel-step',
  'reversed-tokens',
  'reversed-heads',
  'reversed',
]

/** A tensor's place in an array of `length` elements, logically and as a user would write it. */
export interface Placement {
  readonly sizes: LogicalSizes
  /** Index of the element that is first along every axis. */
  readonly origin: number
  readonly strides: Strides
  /** Elements the array must have. */
  readonly length: number
  readonly layout: Layout
  readonly shape: readonly number[]
  /** Along the axes of `shape`; absent where the layout alone says it all. */
  readonly shapeStrides?: readonly number[]
  /** Absent where it is 0 and the strides are absent too. */
  readonly offset?: number
}

type Axis = keyof Strides

/** The axes of each layout from the outermost to the innermost. */
const ORDER: Readonly<Record<Layout, readonly Axis[]>> = {
  bshd: ['batch', 'token', 'head', 'channel'],
  bhsd: ['batch', 'head', 'token', 'channel'],
  sbhd: ['token', 'batch', 'head', 'channel'],
  thd: ['token', 'head', 'channel'],
  flat: ['batch', 'token', 'head', 'channel'],
}

const PADDING = 3
const CHANNEL_STEP = 3

function sizeOf(sizes: LogicalSizes, axis: Axis): number {
  return { batch: sizes.batch, token: sizes.tokens, head: sizes.heads, channel: sizes.headDim }[
    axis
  ]
}

function isReversed(spacing: Spacing, axis: Axis): boolean {
  if (spacing === 'reversed') return true
  return spacing === `reversed-${axis}s`
}

/** Distances between neighbours, all positive, from the innermost axis outwards. */
function distances(sizes: LogicalSizes, layout: Layout, spacing: Spacing): Strides {
  const found = { batch: 0, token: 0, head: 0, channel: 0 }
  let next = spacing === 'channel-step' ? CHANNEL_STEP : 1
  for (const axis of [...ORDER[layout]].reverse()) {
    // `flat` keeps heads and channels on one axis, which leaves no room between heads.
    const joined = layout === 'flat' && axis === 'channel'
    found[axis] = next
    next = next * Math.max(1, sizeOf(sizes, axis)) + (spacing === 'padded' && !joined ? PADDING : 0)
  }
  return found
}

/** Strides and sizes along the axes of the shape that a user states. */
function userAxes(
  sizes: LogicalSizes,
  layout: Layout,
  strides: Strides,
): readonly (readonly [number, number])[] {
  const axes = ORDER[layout].map((axis): readonly [number, number] => [
    sizeOf(sizes, axis),
    strides[axis],
  ])
  if (layout !== 'flat') return axes
  return [...axes.slice(0, 2), [sizes.heads * sizes.headDim, strides.channel]]
}

/** A layout whose heads share an axis with their channels can only be reversed together with them. */
function effectiveSpacing(layout: Layout, spacing: Spacing): Spacing {
  return layout === 'flat' && spacing === 'reversed-heads' ? 'reversed' : spacing
}

/** Where a tensor of the given sizes lies. `thd` needs a batch of 1. */
export function placeTensor(sizes: LogicalSizes, layout: Layout, asked: Spacing): Placement {
  const spacing = effectiveSpacing(layout, asked)
  const apart = distances(sizes, layout, spacing)
  const lead = spacing === 'dense' ? 0 : 5
  let origin = lead
  let reach = 0
  const strides = { ...apart }
  for (const axis of ORDER[layout]) {
    const extent = Math.max(0, sizeOf(sizes, axis) - 1) * apart[axis]
    reach += extent
    if (!isReversed(spacing, axis)) continue
    strides[axis] = -apart[axis]
    origin += extent
  }
  const axes = userAxes(sizes, layout, strides)
  const empty = ORDER[layout].some((axis) => sizeOf(sizes, axis) === 0)
  return {
    sizes,
    origin,
    strides,
    length: empty ? lead : lead + reach + 1,
    layout,
    shape: axes.map(([size]) => size),
    ...(spacing === 'dense' ? {} : { offset: origin }),
    ...(spacing === 'dense' || spacing === 'offset'
      ? {}
      : { shapeStrides: axes.map(([, stride]) => stride) }),
  }
}

/** Index in the array of every element, in logical order. */
export function addressesOf(sizes: LogicalSizes, strides: Strides, origin: number): Int32Array {
  const { batch, tokens, heads, headDim } = sizes
  const addresses = new Int32Array(batch * tokens * heads * headDim)
  let at = 0
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < tokens; t++) {
      for (let h = 0; h < heads; h++) {
        const first = origin + b * strides.batch + t * strides.token + h * strides.head
        for (let c = 0; c < headDim; c++) addresses[at++] = first + c * strides.channel
      }
    }
  }
  return addresses
}
