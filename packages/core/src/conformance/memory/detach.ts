/**
 * Memory that goes away: detached, as posting it to a worker does, or shrunk.
 */
import type { DType, Elements, TensorData } from '../../numbers/dtype.js'
import { unsupported } from '../case.js'
import { createElements } from './elements.js'

interface Transferring {
  readonly structuredClone?: (
    value: unknown,
    options: { readonly transfer: readonly unknown[] },
  ) => unknown
}

interface Resizable extends ArrayBuffer {
  resize?(bytes: number): void
}

type ResizableConstructor = new (
  bytes: number,
  options: { readonly maxByteLength: number },
) => Resizable

/** Takes the memory away from an array. */
export function detach(data: TensorData): void {
  const { structuredClone: transferTo } = globalThis as unknown as Transferring
  if (transferTo === undefined) unsupported('this environment cannot detach a buffer')
  transferTo(data.buffer, { transfer: [data.buffer] })
}

/** As `detach`; false when this memory cannot be taken away, shared or of WebAssembly. */
export function tryDetach(data: TensorData): boolean {
  try {
    detach(data)
    return data.buffer.byteLength === 0
  } catch {
    return false
  }
}

/** An array that can shrink, and how to do it; undefined where the engine has none. */
export function shrinkable(
  dtype: DType,
  length: number,
): { readonly elements: Elements; readonly shrink: () => void } | undefined {
  const bytes = length * createElements(dtype, 0).BYTES_PER_ELEMENT
  const buffer = new (ArrayBuffer as unknown as ResizableConstructor)(bytes, {
    maxByteLength: 2 * bytes,
  })
  if (buffer.resize === undefined) return undefined
  const shrink = (): void => buffer.resize?.(bytes / 2)
  return { elements: createElements(dtype, length, buffer), shrink }
}
