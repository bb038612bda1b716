/**
 * Regions: which elements of a buffer a strided tensor touches, and whether two tensors, or two
 * elements of one, can meet. What cannot be proven disjoint is treated as overlapping.
 */
import type { Span, Strides } from '../contract/backend.js'

/** Sizes of a tensor along its four axes. */
export interface Sizes {
  readonly batch: number
  readonly token: number
  readonly head: number
  readonly channel: number
}

/** The elements of one tensor within a buffer. */
export interface Region {
  readonly buffer: object
  /** The element at index 0 of every axis, in elements from the start of the buffer. */
  readonly origin: number
  readonly sizes: Sizes
  readonly strides: Strides
}

interface Dimension {
  readonly size: number
  readonly stride: number
}

const AXES: readonly (keyof Sizes)[] = ['batch', 'token', 'head', 'channel']

/** Axes with more than one entry, with positive strides, outermost first. */
function dimensions(sizes: Sizes, strides: Strides): readonly Dimension[] {
  return AXES.map((axis) => ({ size: sizes[axis], stride: Math.abs(strides[axis]) }))
    .filter(({ size }) => size > 1)
    .sort((a, b) => b.stride - a.stride)
}

function extent(dims: readonly Dimension[]): number {
  return dims.reduce((sum, { size, stride }) => sum + (size - 1) * stride, 1)
}

/** True when the tensor has no elements at all. */
export function isEmpty(sizes: Sizes): boolean {
  return AXES.some((axis) => sizes[axis] === 0)
}

/** The lowest and highest element relative to the offset; high is -1 when the tensor is empty. */
export function spanOf(sizes: Sizes, strides: Strides): Span {
  if (isEmpty(sizes)) return { low: 0, high: -1 }
  let low = 0
  let high = 0
  for (const axis of AXES) {
    const reach = (sizes[axis] - 1) * strides[axis]
    if (reach < 0) low += reach
    else high += reach
  }
  return { low, high }
}

/**
 * True when no element can be reached in two ways: each stride is longer than all that the
 * smaller ones reach together.
 */
export function isInjective(sizes: Sizes, strides: Strides): boolean {
  if (isEmpty(sizes)) return true
  const dims = dimensions(sizes, strides)
  return dims.every(({ stride }, i) => stride >= extent(dims.slice(i + 1)))
}

/** The region of a tensor in its buffer. */
export function regionOf(
  memory: {
    readonly buffer: object
    readonly byteOffset: number
    readonly BYTES_PER_ELEMENT: number
  },
  offset: number,
  sizes: Sizes,
  strides: Strides,
): Region {
  const origin = memory.byteOffset / memory.BYTES_PER_ELEMENT + offset
  return { buffer: memory.buffer, origin, sizes, strides }
}

function lowest(region: Region): number {
  return region.origin + spanOf(region.sizes, region.strides).low
}

/** True when both regions walk exactly the same elements in the same order. */
export function isSameRegion(a: Region, b: Region): boolean {
  return (
    a.buffer === b.buffer &&
    a.origin === b.origin &&
    AXES.every((axis) => a.sizes[axis] === b.sizes[axis]) &&
    AXES.every((axis) => a.sizes[axis] <= 1 || a.strides[axis] === b.strides[axis])
  )
}

/**
 * True when within some period the two occupy disjoint residues: packed q, k and v in one buffer,
 * say, where the period is a token's stride.
 */
function isDisjointModulo(a: Region, b: Region): boolean {
  const dimsA = dimensions(a.sizes, a.strides)
  const dimsB = dimensions(b.sizes, b.strides)
  const distance = lowest(b) - lowest(a)
  return dimsA.some(({ stride: period }) => {
    if (period === 0) return false
    const outer = [...dimsA, ...dimsB].filter(({ stride }) => stride >= period)
    if (outer.some(({ stride }) => stride % period !== 0)) return false
    const innerA = extent(dimsA.filter(({ stride }) => stride < period))
    const innerB = extent(dimsB.filter(({ stride }) => stride < period))
    const shift = ((distance % period) + period) % period
    return shift >= innerA && shift + innerB <= period
  })
}

/** True when the two regions certainly share no element. */
export function isDisjoint(a: Region, b: Region): boolean {
  if (a.buffer !== b.buffer || isEmpty(a.sizes) || isEmpty(b.sizes)) return true
  const distance = lowest(b) - lowest(a)
  if (distance >= extent(dimensions(a.sizes, a.strides))) return true
  if (-distance >= extent(dimensions(b.sizes, b.strides))) return true
  return isDisjointModulo(a, b) || isDisjointModulo(b, a)
}
