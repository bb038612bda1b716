/**
 * Which bytes a call may write, by its shapes and strides alone, and whether it wrote others.
 */
import { bytesPerElement } from '@rope/core/backend'
import type { CallCase, TensorCase } from './call.js'
import { CONFIGS } from './ropes.js'
import { type Answer, BEFORE } from './subject.js'

type Visit = (element: number, channel: number) => void

/** Every element of a tensor, with its index along the last axis. */
function visit({ shape, strides, offset = 0 }: TensorCase, at: Visit): void {
  const walk = (axis: number, element: number, last: number, step: number): void => {
    if (axis < 0) {
      at(element, last)
      return
    }
    const stride = strides?.[axis] ?? step
    const size = shape[axis] as number
    for (let i = 0; i < size; i++) {
      const channel = axis === shape.length - 1 ? i : last
      walk(axis - 1, element + i * stride, channel, step * size)
    }
  }
  walk(shape.length - 1, offset, 0, 1)
}

/** Puts back what a tensor's elements were before the call. */
function restore(
  tensor: TensorCase,
  memory: Answer['memory'],
  isOwn: (at: number) => boolean,
): void {
  const width = bytesPerElement(tensor.dtype)
  const bytes = memory[tensor.memory]
  const start = tensor.byteOffset - (tensor.byteOffset % width)
  visit(tensor, (element, channel) => {
    if (!isOwn(channel)) return
    const first = start + element * width
    for (let byte = first; byte < first + width; byte++) bytes[byte] = BEFORE[byte] as number
  })
}

/** Puts back all that a call that went through may have written. */
export function restoreWritten(call: CallCase, memory: Answer['memory']): void {
  const { headDim, windowOffset, rotaryDim } = CONFIGS[call.rope] as (typeof CONFIGS)[number]
  const end = windowOffset + rotaryDim
  const isShift = call.method === 'shift'
  for (const name of isShift ? (['k'] as const) : (['q', 'k'] as const)) {
    const tensor = call[name]
    if (tensor === undefined) continue
    const target = isShift ? undefined : call.out?.[name]
    // In place, the channels beside the window stay as they are.
    const isTurned = (at: number): boolean => at % headDim >= windowOffset && at % headDim < end
    if (target === undefined) restore(tensor, memory, isTurned)
    else restore(target, memory, () => true)
  }
}
