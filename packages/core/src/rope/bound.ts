/**
 * Bound calls: fixed tensors that are rotated again and again, as a decode loop does. Memory and plan
 * have been checked once; what is left of a call is the row of its position and the kernel.
 */
import { refuseExtra } from '../check.js'
import type { Kernel, KernelCall } from '../contract/backend.js'
import { bindKernel } from '../contract/bind-kernel.js'
import { isEmptyPlan } from '../contract/empty-plan.js'
import { kindOf } from '../memory.js'
import type { PreparedCall } from '../plan/call-cache.js'
import { checkPosition } from '../positions/forms.js'
import { checkReach } from '../rotation/length-in-force.js'
import type { RotationBuilder } from '../rotation/rotation.js'
import { precisionOf } from '../rotation/rows.js'
import type { RotationTables } from '../rotation/tables.js'

/** A rope bound to fixed tensors: a decode loop pays for no validation. */
export interface BoundRope {
  /** Rotates the bound tensors, whose first token stands at `position`, a finite number. */
  rotate(position: number): void
}

/**
 * Binds a prepared call.
 *
 * @param stated the length of the sequence; undefined lets each position tell it
 * @param checkAlive throws DISPOSED once the rope is
 */
export function bindTensors(
  { plan, views, kernel }: PreparedCall,
  tables: RotationTables,
  stated: number | undefined,
  checkAlive: () => void,
): BoundRope {
  const table = tables.builder(stated ?? 0)
  // Without elements nothing rotates, however many tokens that has.
  const tokens = isEmptyPlan(plan) ? 0 : plan.tokens
  const rotation = table.empty(tokens, precisionOf(plan))
  const fixed = tables.dependsOnLength && stated === undefined ? undefined : table
  const isStated = tables.dependsOnLength && stated !== undefined
  const call = { views, rotation }
  const step = fixed && bindDecode(kernel, call, fixed)
  const bound = (): (() => void) => bindKernel(kernel, plan, call)
  let run = step === undefined ? bound() : undefined
  return {
    rotate: (position, extra?: unknown) => {
      checkAlive()
      refuseExtra(extra)
      if (isStated) {
        checkPosition(position)
        if (tokens > 0) checkReach(stated, position + tokens)
      }
      if (step !== undefined && Number.isSafeInteger(position)) {
        step(position)
        return
      }
      checkPosition(position)
      const builder = fixed ?? tables.builder(Math.max(0, position + tokens))
      builder.fill(rotation, position)
      run ??= bound()
      run()
    },
  }
}

/**
 * Lets a kernel that can make the row of a decode step by itself: a call that does so at a whole
 * position. Undefined for all other kernels and rotations.
 */
function bindDecode(
  kernel: Kernel,
  call: KernelCall,
  builder: RotationBuilder,
): ((position: number) => void) | undefined {
  const { rotation } = call
  const isRow = rotation.rows === 1 && kindOf(rotation.cos) === 'Float32Array'
  if (kernel.bindDecode === undefined || !isRow) return undefined
  const decodeRow = builder.decodeRow()
  if (decodeRow === undefined) return undefined
  const run = kernel.bindDecode(call, decodeRow.factors)
  if (run === undefined) return undefined
  return (position) => run(decodeRow.seek(position))
}
