/**
 * A kernel: chooses for each call, by where its arrays lie, between rotating them where they are
 * and copying them through the window.
 */
import {
  checkMemory,
  type DecodeFactors,
  type KernelCall,
  type OperandPlan,
  type Plan,
  type SyncKernel,
  type View,
} from '@rope/core/backend'
import type { Memory } from '../memory/memory.js'
import type { Segment } from '../memory/segment.js'
import type { Pool } from '../threads/pool.js'
import { ResidentCall } from './resident.js'
import { StagedOperand } from './staged.js'
import { Tables } from './tables.js'

/** Makes a value when it is first wanted. */
function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The segment that both arrays of a view lie in. */
function segmentOf(memory: Memory, { source, target }: View): Segment | undefined {
  const segment = memory.placeOf(source)?.segment
  if (segment === undefined || source === target) return segment
  return memory.placeOf(target)?.segment === segment ? segment : undefined
}

/** The one segment that holds everything; undefined when there are several, or none. */
function commonSegment(memory: Memory, views: readonly View[]): Segment | undefined {
  const first = segmentOf(memory, views[0] as View)
  for (let i = 1; i < views.length; i++) {
    if (segmentOf(memory, views[i] as View) !== first) return undefined
  }
  return first
}

interface OperandCalls {
  readonly resident: () => ResidentCall
  readonly staged: () => StagedOperand
}

function operandCalls(
  memory: Memory,
  pool: Pool | undefined,
  plan: Plan,
  operand: OperandPlan,
): OperandCalls {
  const alone = { ...plan, operands: [operand] }
  return {
    resident: lazily(() => new ResidentCall(memory, pool, alone)),
    staged: lazily(() => new StagedOperand(memory, plan, operand)),
  }
}

/** A kernel whose calls are synchronous and may be bound. */
export interface WasmKernel extends SyncKernel {
  bind(call: KernelCall): () => void
  /** Undefined unless all arrays lie in one memory of ours. */
  bindDecode(call: KernelCall, factors: DecodeFactors): ((rest: number) => void) | undefined
}

/** Makes a plan runnable; its dtype must be one of the kernels'. */
export function createKernel(memory: Memory, pool: Pool | undefined, plan: Plan): WasmKernel {
  const together = new ResidentCall(memory, pool, plan)
  const calls = plan.operands.map((operand) => operandCalls(memory, pool, plan, operand))

  /**
   * Operand by operand: each where it is, or through the window. Memory of ours stays where it is;
   * other memory may have gone since it was bound.
   */
  function runApart({ views, rotation }: KernelCall): void {
    checkMemory(views, plan)
    let tables: Tables | undefined
    views.forEach((view, i) => {
      const { resident, staged } = calls[i] as OperandCalls
      const segment = segmentOf(memory, view)
      if (segment !== undefined) {
        tables = undefined
        resident().run(segment, { views: [view], rotation })
        return
      }
      const call = staged()
      tables ??= new Tables(memory, call.segment, rotation)
      call.run(view, tables, rotation.batchStride)
    })
  }

  function run(call: KernelCall): void {
    const segment = commonSegment(memory, call.views)
    if (segment === undefined) runApart(call)
    else together.run(segment, call)
  }

  return {
    run,
    bind(call) {
      const segment = commonSegment(memory, call.views)
      const bound = segment && together.bind(segment, call)
      return bound ?? (() => run(call))
    },
    bindDecode(call, factors) {
      const segment = commonSegment(memory, call.views)
      return segment && together.bindDecode(segment, call, factors)
    },
  }
}
