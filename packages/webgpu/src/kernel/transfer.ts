/**
 * Typed arrays to and from the GPU. Upwards goes the whole span that a tensor touches, gaps
 * included; downwards only its own elements are copied, since gaps may be somebody else's.
 */
import {
  bufferOf,
  byteOffsetOf,
  type Elements,
  elementBytesOf,
  isSharedBuffer,
  lengthOf,
  type Plan,
  type Strides,
} from '@rope/core/backend'

/** 16-bit elements may end in the middle of a word. */
export function paddedBytes(elements: number, bytesPerElement: number): number {
  return Math.ceil((elements * bytesPerElement) / 4) * 4
}

/** A copy in whole words, where the queue cannot read the elements themselves. */
function padded(elements: Elements, first: number, count: number): Uint8Array<ArrayBuffer> {
  const bytes = elementBytesOf(elements)
  const start = byteOffsetOf(elements) + first * bytes
  const copy = new Uint8Array(paddedBytes(count, bytes))
  copy.set(new Uint8Array(bufferOf(elements), start, count * bytes))
  return copy
}

/** Uploads `count` elements from the index `first` on. */
export function uploadElements(
  queue: GPUQueue,
  buffer: GPUBuffer,
  byteOffset: number,
  elements: Elements,
  first: number,
  count: number,
): void {
  const isWhole = (count * elementBytesOf(elements)) % 4 === 0
  // Some implementations end the process when they are given shared memory.
  if (isWhole && !isSharedBuffer(bufferOf(elements))) {
    queue.writeBuffer(
      buffer,
      byteOffset,
      elements as Elements & ArrayBufferView<ArrayBuffer>,
      first,
      count,
    )
    return
  }
  queue.writeBuffer(buffer, byteOffset, padded(elements, first, count))
}

/** The bits of elements, so that copying one by one does not quiet a signalling NaN. */
function bitsOf(elements: Elements): Uint32Array | Uint16Array {
  const Bits = elementBytesOf(elements) === 2 ? Uint16Array : Uint32Array
  return new Bits(bufferOf(elements) as ArrayBuffer, byteOffsetOf(elements), lengthOf(elements))
}

interface Walk {
  /** Elements that lie one after the other. */
  readonly run: number
  readonly loops: readonly { readonly size: number; readonly stride: number }[]
}

/** The longest runs of neighbours, and the loops around them. */
function walkOf(plan: Plan, heads: number, strides: Strides): Walk {
  const sizes: Strides = {
    batch: plan.batch,
    token: plan.tokens,
    head: heads,
    channel: plan.headDim,
  }
  const dimensions = (['batch', 'token', 'head', 'channel'] as const)
    .map((axis) => ({ size: sizes[axis], stride: strides[axis] }))
    .filter(({ size }) => size > 1)
    .sort((a, b) => Math.abs(a.stride) - Math.abs(b.stride))
  let run = 1
  while (dimensions[0]?.stride === run) run *= dimensions.shift()?.size ?? 1
  return { run, loops: dimensions.reverse() }
}

/**
 * Copies the elements of a tensor, and nothing between them, from one array to another that is laid
 * out in the same way.
 *
 * @param fromOrigin where the element that is first along every axis lies
 */
export function copyTensor(
  plan: Plan,
  heads: number,
  strides: Strides,
  from: Elements,
  fromOrigin: number,
  to: Elements,
  toOrigin: number,
): void {
  const { run, loops } = walkOf(plan, heads, strides)
  const source = bitsOf(from)
  const target = bitsOf(to)
  const copy = (depth: number, offset: number): void => {
    const loop = loops[depth]
    if (loop !== undefined) {
      for (let i = 0; i < loop.size; i++) copy(depth + 1, offset + i * loop.stride)
    } else if (run === 1) {
      target[toOrigin + offset] = source[fromOrigin + offset] as number
    } else {
      const first = fromOrigin + offset
      target.set(source.subarray(first, first + run), toOrigin + offset)
    }
  }
  copy(0, 0)
}
