/**
 * Whether the memory of a call is still there. It was checked when the call was planned, but it
 * may be detached or shrink before the call runs, or between two runs of a bound call. THE one
 * check of that, for core, for every backend and for whoever chooses among them.
 */

import { RopeError } from '../errors.js'
import { byteLengthOf } from '../memory.js'
import { bytesPerElement, type Elements } from '../numbers/dtype.js'
import type { OperandPlan, Plan, Span, View } from './backend.js'

/** The bytes that an array must have for all that a plan touches; 0 where it touches nothing. */
export function bytesNeeded(offset: number, { high }: Span, width: number): number {
  return high < 0 ? 0 : (offset + high + 1) * width
}

/** True when every view still reaches all that its plan touches. */
export function reachesMemory(views: readonly View[], plan: Plan): boolean {
  const width = bytesPerElement(plan.dtype)
  for (let i = 0; i < views.length; i++) {
    const { source, sourceOffset, target, targetOffset } = views[i] as View
    const { sourceSpan, targetSpan } = plan.operands[i] as OperandPlan
    if (byteLengthOf(source) < bytesNeeded(sourceOffset, sourceSpan, width)) return false
    if (byteLengthOf(target) < bytesNeeded(targetOffset, targetSpan, width)) return false
  }
  return true
}

/**
 * Refuses views that no longer reach all that their plan touches, before anything is written.
 *
 * @throws RopeError INVALID_TENSOR
 */
export function checkMemory(views: readonly View[], plan: Plan): void {
  if (!reachesMemory(views, plan)) throw goneMemory()
}

/** The error for memory that has been detached or has shrunk, with what it led to, if anything. */
export function goneMemory(cause?: unknown): RopeError {
  return new RopeError(
    'INVALID_TENSOR',
    'the memory of a tensor has shrunk or been detached since the call was planned or bound; give, or bind, its memory of now',
    cause === undefined ? {} : { cause },
  )
}

/**
 * The same check with all that can be looked up beforehand looked up, for calls that are bound: a
 * function that is true for as long as every view reaches all that its plan touches.
 */
export function watchMemory(views: readonly View[], plan: Plan): () => boolean {
  const width = bytesPerElement(plan.dtype)
  const needs = new Map<Elements, number>()
  const need = (elements: Elements, bytes: number): void => {
    needs.set(elements, Math.max(bytes, needs.get(elements) ?? 0))
  }
  views.forEach(({ source, sourceOffset, target, targetOffset }, i) => {
    const { sourceSpan, targetSpan } = plan.operands[i] as OperandPlan
    need(source, bytesNeeded(sourceOffset, sourceSpan, width))
    need(target, bytesNeeded(targetOffset, targetSpan, width))
  })
  const [first, second, ...others] = [...needs]
  if (first === undefined) return () => true
  const [a, aBytes] = first
  if (second === undefined) return () => byteLengthOf(a) >= aBytes
  const [b, bBytes] = second
  // Two arrays are q and k in place, the usual decode step: no loop for those.
  if (others.length === 0) return () => byteLengthOf(a) >= aBytes && byteLengthOf(b) >= bBytes
  return () =>
    byteLengthOf(a) >= aBytes &&
    byteLengthOf(b) >= bBytes &&
    others.every(([elements, bytes]) => byteLengthOf(elements) >= bytes)
}
