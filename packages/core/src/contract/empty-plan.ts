/**
 * Calls without elements. They read and write nothing, whatever their other sizes are: those may be
 * too large to loop over, or to make rows for.
 */
import type { Plan } from './backend.js'

/** True when no operand has an element: such a call reads and writes nothing, and needs no rows. */
export function isEmptyPlan({
  batch,
  tokens,
  operands,
}: Pick<Plan, 'batch' | 'tokens' | 'operands'>): boolean {
  if (batch === 0 || tokens === 0) return true
  // A loop: every call asks, and a closure would be called for each.
  for (let i = 0; i < operands.length; i++) if (operands[i]?.heads !== 0) return false
  return true
}

/**
 * The plan that a backend is given for a call without elements: all its sizes are 0, since the other
 * ones may be too large to loop over. Any other plan stays as it is.
 */
export function withoutEmptySizes(plan: Plan): Plan {
  if (!isEmptyPlan(plan)) return plan
  const { headDim } = plan
  const strides = Object.freeze({ batch: headDim, token: headDim, head: headDim, channel: 1 })
  const operands = plan.operands.map((operand) =>
    Object.freeze({ ...operand, heads: 0, source: strides, target: strides }),
  )
  return Object.freeze({ ...plan, batch: 0, tokens: 0, operands: Object.freeze(operands) })
}
