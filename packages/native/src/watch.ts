/**
 * Whether the memory behind fixed addresses is still there.
 *
 * An address stays valid for as long as its typed array is long enough: detaching makes the length
 * 0 for good, a resizable buffer is resized where it stands, and an array that somebody holds is
 * not collected - this function holds them. V8 moves only arrays so small that it keeps them
 * inside themselves, and asking for the address has moved those out once and for all.
 */
import type { Elements, OperandPlan, Plan, Rotation, RowFactors, View } from '@rope/core'

interface Watched {
  readonly elements: Elements
  /** The last element that is touched; -1 when none is. */
  readonly last: number
}

function watchView(
  view: View,
  { sourceSpan, targetSpan }: OperandPlan,
): readonly [Watched, Watched] {
  const last = (offset: number, high: number): number => (high < 0 ? -1 : offset + high)
  return [
    { elements: view.source, last: last(view.sourceOffset, sourceSpan.high) },
    { elements: view.target, last: last(view.targetOffset, targetSpan.high) },
  ]
}

/** A function that is true for as long as all arrays of a call hold what its plan touches. */
export function watch(plan: Plan, views: readonly View[], rotation: Rotation): () => boolean {
  const { cos, sin } = rotation
  const nothing: Watched = { elements: cos, last: -1 }
  const watched = views.flatMap((view, i) => watchView(view, plan.operands[i] as OperandPlan))
  const [a = nothing, b = nothing, c = nothing, d = nothing] = watched
  const { elements: a0, last: a1 } = a
  const { elements: b0, last: b1 } = b
  const { elements: c0, last: c1 } = c
  const { elements: d0, last: d1 } = d
  const rows = plan.batch === 0 ? 0 : (plan.batch - 1) * rotation.batchStride + plan.tokens
  const tableLast = rows * plan.pairs - 1
  // One expression without a loop: this is part of every bound call.
  return () =>
    a0.length > a1 &&
    b0.length > b1 &&
    c0.length > c1 &&
    d0.length > d1 &&
    cos.length > tableLast &&
    sin.length > tableLast
}

/** A function that is true for as long as the factors hold what they held. */
export function watchFactors(factors: RowFactors): () => boolean {
  const { restCos, restSin, blockCos, blockSin, pairs } = factors
  const length = restCos.length
  return () =>
    restCos.length === length &&
    restSin.length >= length &&
    blockCos.length >= pairs &&
    blockSin.length >= pairs
}
