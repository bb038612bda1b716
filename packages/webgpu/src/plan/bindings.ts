/**
 * From the memory that a dispatch touches to bindings. WebGPU allows no buffer to be written in a
 * dispatch and bound a second time as read-only, and no overlap of ranges that are written: so all
 * that lies in one buffer becomes one binding, of the whole buffer where that is small enough, and
 * read-write as soon as any of it is written.
 */
import type { TensorBinding } from '../shader/spec.js'

/** Bytes of a buffer that a dispatch touches. */
export interface Touched {
  /** Such as `q` or `out_k`. */
  readonly name: string
  readonly written: boolean
  readonly buffer: GPUBuffer
  readonly firstByte: number
  /** The byte after the last one. */
  readonly endByte: number
}

/** A part of a buffer to be bound. */
export interface BoundRange extends TensorBinding {
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly size: number
}

/** Bindings, and for everything that is touched the index of its own. */
export interface Bound {
  readonly ranges: readonly BoundRange[]
  readonly indices: readonly number[]
}

/** Where a binding may begin, in bytes; no device demands more. */
const ALIGNMENT = 256

function alignDown(byte: number): number {
  return byte - (byte % ALIGNMENT)
}

/** A part of a buffer as a binding, whole where it fits, so that it serves other offsets as well. */
export function bindPart(
  buffer: GPUBuffer,
  firstByte: number,
  endByte: number,
  limit: number,
): { readonly offset: number; readonly size: number } {
  const whole = buffer.size - (buffer.size % 4)
  if (whole <= limit) return { offset: 0, size: whole }
  const offset = alignDown(firstByte)
  return { offset, size: Math.ceil((endByte - offset) / 4) * 4 }
}

interface Cluster {
  readonly members: readonly number[]
  readonly offset: number
  readonly end: number
}

/** Ranges of one buffer, joined where they meet once their starts are aligned. */
function cluster(touched: readonly Touched[], members: readonly number[]): readonly Cluster[] {
  const ranges = members
    .map((member) => {
      const { firstByte, endByte } = touched[member] as Touched
      return { members: [member], offset: alignDown(firstByte), end: Math.ceil(endByte / 4) * 4 }
    })
    .sort((a, b) => a.offset - b.offset)
  const clusters: Cluster[] = []
  for (const range of ranges) {
    const last = clusters.at(-1)
    if (last === undefined || range.offset >= last.end) clusters.push(range)
    else {
      clusters[clusters.length - 1] = {
        members: [...last.members, ...range.members].sort((a, b) => a - b),
        offset: last.offset,
        end: Math.max(last.end, range.end),
      }
    }
  }
  return clusters
}

function bindBuffer(
  touched: readonly Touched[],
  members: readonly number[],
  limit: number,
): readonly (BoundRange & { readonly members: readonly number[] })[] {
  const { buffer } = touched[members[0] as number] as Touched
  const whole = bindPart(buffer, 0, buffer.size, Number.POSITIVE_INFINITY)
  const fits = whole.size <= limit
  const clusters = fits ? [{ members, offset: 0, end: whole.size }] : cluster(touched, members)
  const written = members.some((member) => touched[member]?.written === true)
  return clusters.map(({ members: own, offset, end }) => ({
    name: own.map((member) => (touched[member] as Touched).name).join('_and_'),
    written,
    buffer,
    offset,
    size: end - offset,
    members: own,
  }))
}

/**
 * The bindings of a dispatch, or null when a range is longer than a binding may be.
 *
 * @param limit the largest binding, in bytes
 */
export function bindTensors(touched: readonly Touched[], limit: number): Bound | null {
  const byBuffer = new Map<GPUBuffer, number[]>()
  touched.forEach(({ buffer }, i) => {
    byBuffer.set(buffer, [...(byBuffer.get(buffer) ?? []), i])
  })
  const bound = [...byBuffer.values()].flatMap((members) => bindBuffer(touched, members, limit))
  if (bound.some(({ size }) => size > limit)) return null
  const indices = touched.map((_, i) => bound.findIndex(({ members }) => members.includes(i)))
  return { ranges: bound.map(({ members: _, ...range }) => range), indices }
}
