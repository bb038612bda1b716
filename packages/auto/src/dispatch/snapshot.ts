/**
 * Memory that can be put back: a copy of what a call may write, taken before it. What lies between
 * the elements of a tensor belongs to somebody else, and is never written back.
 */
import {
  bufferOf,
  byteOffsetOf,
  bytesPerElement,
  type Elements,
  elementBytesOf,
  type OperandPlan,
  type Plan,
  partOf,
  type View,
} from '@rope/core/backend'

/** Puts the memory of a call back as it was. */
export type Restore = () => void

/** Bytes that the targets of a plan span, gaps included. */
export function snapshotBytes(plan: Plan): number {
  const spans = plan.operands.map(({ targetSpan }) => targetSpan.high - targetSpan.low + 1)
  return spans.reduce((sum, span) => sum + span, 0) * bytesPerElement(plan.dtype)
}

/** True when a target is its own source: then a call that was broken off cannot just be repeated. */
export function isInPlace({ source, sourceOffset, target, targetOffset }: View): boolean {
  if (bufferOf(source) !== bufferOf(target)) return false
  const bytes = elementBytesOf(source)
  return byteOffsetOf(source) + sourceOffset * bytes === byteOffsetOf(target) + targetOffset * bytes
}

/** Copies what a call may write. */
export function takeSnapshot(plan: Plan, views: readonly View[]): Restore {
  const restores = plan.operands.map((operand, i) => keep(plan, operand, views[i] as View))
  return () => {
    for (const restore of restores) restore()
  }
}

function keep(plan: Plan, operand: OperandPlan, { target, targetOffset }: View): Restore {
  const { low, high } = operand.targetSpan
  if (high < 0) return () => undefined
  const copy = partOf(target, targetOffset + low, high - low + 1).slice()
  return () => putBack(plan, operand, target, targetOffset, copy)
}

/** Element by element: it happens once, when a backend has failed. */
function putBack(
  { batch, tokens, headDim }: Plan,
  { heads, target: strides, targetSpan }: OperandPlan,
  target: Elements,
  offset: number,
  copy: Elements,
): void {
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < tokens; t++) {
      for (let h = 0; h < heads; h++) {
        const first = b * strides.batch + t * strides.token + h * strides.head
        for (let c = 0; c < headDim; c++) {
          const at = first + c * strides.channel
          target[offset + at] = copy[at - targetSpan.low] as number
        }
      }
    }
  }
}
