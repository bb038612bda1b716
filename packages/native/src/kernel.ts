/**
 * A kernel: a plan that the addon has made ready, and the three ways to call it. The hot one,
 * `run`, hands its arguments over as they are; a bound call has nothing left to hand over.
 */
import {
  bytesPerElement,
  type Kernel,
  type Plan,
  RopeError,
  type Rotation,
  type View,
} from '@rope/core'
import type { Addon, CallArguments, Handle, WrongArgument } from './addon.js'
import { callArguments, hasRightElements, wrongArgument, wrongElements } from './call.js'
import type { Memory } from './memory.js'
import { planWords } from './plan-words.js'
import { inSlices } from './slices.js'
import { watch } from './watch.js'

/** What the kernels of one backend share. */
export interface KernelContext {
  readonly addon: Addon
  readonly isa: number
  /** That a call may use, the calling one included. */
  readonly threads: number
  readonly memory: Memory
  /** Throws DISPOSED once the backend is. */
  checkAlive(): void
}

/** A kernel of this backend: two more ways to call it, beside those of every kernel. */
export interface NativeKernel extends Kernel {
  /** Rotates each operand on the calling thread and, where that pays, on the pool's. */
  run(views: readonly View[], rotation: Rotation): void
  /**
   * Fixes memory and rows, and returns the call that rotates them: the shortest way for a decode
   * loop, which fills the same rows anew before each call. It throws INVALID_TENSOR once an array
   * has been detached or has become too short.
   */
  bind(views: readonly View[], rotation: Rotation): () => void
  /**
   * Rotates without holding up the event loop; calls of one kernel may overlap. Memory that cannot
   * go away (a SharedArrayBuffer, or an array of this backend's `allocate`) is rotated by the
   * pool's threads alone. Other memory is rotated in slices of less than a millisecond, between
   * which the event loop runs: JavaScript may detach it, and then the promise rejects with
   * BACKEND_FAILED, part of the memory being rotated.
   */
  runAsync(views: readonly View[], rotation: Rotation): Promise<void>
}

/** Data of this many bytes per thread are rotated in less than a millisecond. */
const SLICE_BYTES = 2 ** 22

function compilePlan({ addon, isa, threads }: KernelContext, plan: Plan): Handle<'kernel'> {
  const handle = addon.compile(planWords(plan), isa, threads)
  if (handle !== undefined) return handle
  const message =
    'the plan reaches outside its heads or beyond 2^53 elements; make it with makePlan of @rope/core'
  throw new RopeError('INVALID_TENSOR', message)
}

type Run = (views: readonly View[], rotation: Rotation) => WrongArgument | undefined

/** Spelled out: collecting the arguments in an array would allocate one per call. */
function runOne(addon: Addon, handle: Handle<'kernel'>): Run {
  return (views, { cos, sin, batchStride }) => {
    const q = views[0] as View
    return addon.run(
      handle,
      cos,
      sin,
      batchStride,
      q.source,
      q.sourceOffset,
      q.target,
      q.targetOffset,
    )
  }
}

function runTwo(addon: Addon, handle: Handle<'kernel'>): Run {
  return (views, { cos, sin, batchStride }) => {
    const q = views[0] as View
    const k = views[1] as View
    return addon.run(
      handle,
      cos,
      sin,
      batchStride,
      q.source,
      q.sourceOffset,
      q.target,
      q.targetOffset,
      k.source,
      k.sourceOffset,
      k.target,
      k.targetOffset,
    )
  }
}

/** True when threads may work on a view while JavaScript runs; `keep` collects what that takes. */
function isSafe(view: View, memory: Memory, keep: unknown[]): boolean {
  return [view.source, view.target].every((elements) => {
    const block = memory.blockOf(elements)
    keep.push(elements, block)
    return block !== undefined || elements.buffer instanceof SharedArrayBuffer
  })
}

function bytesOf({ dtype, batch, tokens, headDim, operands }: Plan): number {
  const heads = operands.reduce((sum, operand) => sum + operand.heads, 0)
  return batch * tokens * headDim * heads * bytesPerElement(dtype)
}

/** Makes a plan ready; its dtype must be one of those that the addon knows. */
export function createNativeKernel(context: KernelContext, plan: Plan): NativeKernel {
  const { addon, threads, memory } = context
  const handle = compilePlan(context, plan)
  const size = bytesPerElement(plan.dtype)
  const { pairs } = plan
  const call = plan.operands.length === 1 ? runOne(addon, handle) : runTwo(addon, handle)
  const units = plan.batch * plan.tokens
  const slices = Math.ceil(bytesOf(plan) / (SLICE_BYTES * threads))

  function run(views: readonly View[], rotation: Rotation): void {
    context.checkAlive()
    if (!hasRightElements(views, rotation, size, pairs)) throw wrongElements(plan)
    const wrong = call(views, rotation)
    if (wrong !== undefined) throw wrongArgument(wrong, plan, views)
  }

  /** By the pool alone; undefined when threads must not, or cannot, do it. */
  function start(views: readonly View[], args: CallArguments): Promise<void> | undefined {
    const keep: unknown[] = []
    if (threads === 1 || !views.every((view) => isSafe(view, memory, keep))) return undefined
    const started = addon.start(handle, keep, ...args)
    if (typeof started === 'number') throw wrongArgument(started, plan, views)
    return started
  }

  return {
    run,
    bind(views, rotation) {
      context.checkAlive()
      if (!hasRightElements(views, rotation, size, pairs)) throw wrongElements(plan)
      const bound = addon.bind(handle, ...callArguments(views, rotation))
      if (typeof bound === 'number') throw wrongArgument(bound, plan, views)
      if (bound === undefined)
        throw new RopeError('BACKEND_FAILED', 'there is no memory to bind a call')
      const isIntact = watch(plan, views, rotation)
      return () => {
        context.checkAlive()
        if (!isIntact()) {
          throw new RopeError(
            'INVALID_TENSOR',
            'a bound array has shrunk or been detached; bind the new memory',
          )
        }
        addon.runBound(bound)
      }
    },
    async runAsync(views, rotation) {
      if (slices <= 1) return run(views, rotation)
      context.checkAlive()
      if (!hasRightElements(views, rotation, size, pairs)) throw wrongElements(plan)
      const args = callArguments(views, rotation)
      const started = start(views, args)
      if (started !== undefined) return started
      return inSlices(units, slices, (begin, end) => {
        context.checkAlive()
        const wrong = addon.runRange(handle, begin, end, ...args)
        if (wrong !== undefined) throw wrongArgument(wrong, plan, views)
      })
    },
  }
}
