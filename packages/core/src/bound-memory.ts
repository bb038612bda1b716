/**
 * Bound calls keep memory for long: it may be detached or shrink between two of them.
 */
import type { OperandPlan, Plan, View } from './backend.js'
import { RopeError } from './errors.js'

/**
 * Refuses views that no longer reach all that their plan touches: for a bound call of whoever does
 * not notice by itself.
 *
 * @throws RopeError INVALID_TENSOR
 */
export function checkBoundMemory(views: readonly View[], plan: Plan): void {
  for (let i = 0; i < views.length; i++) {
    const view = views[i] as View
    const operand = plan.operands[i] as OperandPlan
    const reachesSource = view.sourceOffset + operand.sourceSpan.high < view.source.length
    const reachesTarget = view.targetOffset + operand.targetSpan.high < view.target.length
    if ((reachesSource && reachesTarget) || operand.sourceSpan.high < 0) continue
    throw new RopeError(
      'INVALID_TENSOR',
      'a bound tensor has shrunk or been detached since bind(); bind the new memory',
    )
  }
}
