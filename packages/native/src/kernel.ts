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
  type RowFactors,
  type View,
} from '@rope/core'
import type { Addon, CallArguments, Handle, WrongArgument } from './addon.js'
import { callArguments, hasRightElements, wrongArgument, wrongElements } from './call.js'
import type { Memory } from './memory.js'
import { planWords } from './plan-words.js'
import { inSlices } from './slices.js'
import { watch, watchFactors } from './watch.js'

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

/** A kernel of this backend: two more ways to call it, beside that of every kernel. */
export interface NativeKernel extends Kernel {
  /** Rotates each operand on the calling thread and, where that pays, on the pool's. */
  run(views: readonly View[], rotation: Rotation): void
  /**
   * Fixes memory and rows, and returns the call that rotates them: the shortest way for a decode
   * loop, which fills the same rows anew before each call. It throws INVALID_TENSOR once an array
   * has been detached or has become too short.
   */
  bind(views: readonly View[], rotation: Rotation): () => void
  /** As `bind`, and makes the one row of the rotation itself; undefined for several rows. */
  bindMoving(
    views: readonly View[],
    rotation: Rotation,
    factors: RowFactors,
  ): ((rest: number) => void) | undefined
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

/** A call by its arguments, spelled out: collecting them in an array would allocate one per call. */
type Run = (views: readonly View[], rotation: Rotation) => WrongArgument | undefined

function runOne({ run }: Addon, handle: Handle<'kernel'>): Run {
  return (views, { cos, sin, batchStride }) => {
    const q = views[0] as View
    return run(handle, cos, sin, batchStride, q.source, q.sourceOffset, q.target, q.targetOffset)
  }
}

function runTwo({ run }: Addon, handle: Handle<'kernel'>): Run {
  return (views, { cos, sin, batchStride }) => {
    const q = views[0] as View
    const k = views[1] as View
    return run(
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

function compilePlan({ addon, isa, threads }: KernelContext, plan: Plan): Handle<'kernel'> {
  const handle = addon.compile(planWords(plan), isa, threads)
  if (handle !== undefined) return handle
  throw new RopeError(
    'INVALID_TENSOR',
    'the plan reaches outside its heads or beyond 2^53 elements; make it with makePlan of @rope/core',
  )
}

function bytesOf({ dtype, batch, tokens, headDim, operands }: Plan): number {
  const heads = operands.reduce((sum, operand) => sum + operand.heads, 0)
  return batch * tokens * headDim * heads * bytesPerElement(dtype)
}

class AddonKernel implements NativeKernel {
  readonly #context: KernelContext
  readonly #plan: Plan
  readonly #handle: Handle<'kernel'>
  readonly #call: Run
  readonly #elementBytes: number
  readonly #slices: number

  constructor(context: KernelContext, plan: Plan) {
    const { addon, threads } = context
    this.#context = context
    this.#plan = plan
    this.#handle = compilePlan(context, plan)
    this.#call = (plan.operands.length === 1 ? runOne : runTwo)(addon, this.#handle)
    this.#elementBytes = bytesPerElement(plan.dtype)
    this.#slices = Math.ceil(bytesOf(plan) / (SLICE_BYTES * threads))
  }

  run(views: readonly View[], rotation: Rotation): void {
    this.#check(views, rotation)
    const wrong = this.#call(views, rotation)
    if (wrong !== undefined) throw wrongArgument(wrong, this.#plan, views)
  }

  bind(views: readonly View[], rotation: Rotation): () => void {
    this.#check(views, rotation)
    const { addon, checkAlive } = this.#context
    const { runBound } = addon
    const bound = addon.bind(this.#handle, ...callArguments(views, rotation))
    if (typeof bound === 'number') throw wrongArgument(bound, this.#plan, views)
    if (bound === undefined) throw new RopeError('BACKEND_FAILED', 'no memory to bind a call')
    const isIntact = watch(this.#plan, views, rotation)
    return () => {
      checkAlive()
      if (!isIntact()) throw goneMemory()
      runBound(bound)
    }
  }

  bindMoving(
    views: readonly View[],
    rotation: Rotation,
    factors: RowFactors,
  ): ((rest: number) => void) | undefined {
    this.#check(views, rotation)
    const { addon, checkAlive } = this.#context
    const { runMoving } = addon
    const { restCos, restSin, blockCos, blockSin, attentionFactor } = factors
    if (factors.pairs !== this.#plan.pairs || !areDoubles(factors)) return undefined
    const factorArguments = [restCos, restSin, blockCos, blockSin, attentionFactor] as const
    const args = callArguments(views, rotation)
    const bound = addon.bindMoving(this.#handle, ...factorArguments, ...args)
    if (typeof bound === 'number') throw wrongArgument(bound, this.#plan, views)
    if (bound === undefined) return undefined
    const isIntact = watch(this.#plan, views, rotation)
    const areIntact = watchFactors(factors)
    return (rest) => {
      checkAlive()
      if (!isIntact() || !areIntact()) throw goneMemory()
      if (runMoving(bound, rest) !== undefined) throw noSuchRest(rest)
    }
  }

  async runAsync(views: readonly View[], rotation: Rotation): Promise<void> {
    if (this.#slices <= 1) return this.run(views, rotation)
    this.#check(views, rotation)
    const args = callArguments(views, rotation)
    return this.#start(views, args) ?? this.#runInSlices(views, args)
  }

  /** By the pool alone; undefined when threads must not, or cannot, do it. */
  #start(views: readonly View[], args: CallArguments): Promise<void> | undefined {
    const { addon, threads, memory } = this.#context
    const keep = threads === 1 ? null : memory.keepersOf(views)
    if (keep === null) return undefined
    const started = addon.start(this.#handle, keep, ...args)
    if (typeof started === 'number') throw wrongArgument(started, this.#plan, views)
    return started
  }

  #runInSlices(views: readonly View[], args: CallArguments): Promise<void> {
    const { addon, checkAlive } = this.#context
    const { batch, tokens } = this.#plan
    return inSlices(batch * tokens, this.#slices, (begin, end) => {
      checkAlive()
      const wrong = addon.runRange(this.#handle, begin, end, ...args)
      if (wrong !== undefined) throw wrongArgument(wrong, this.#plan, views)
    })
  }

  #check(views: readonly View[], rotation: Rotation): void {
    this.#context.checkAlive()
    if (hasRightElements(views, rotation, this.#elementBytes, this.#plan.pairs)) return
    throw wrongElements(this.#plan)
  }
}

function areDoubles({ restCos, restSin, blockCos, blockSin }: RowFactors): boolean {
  return [restCos, restSin, blockCos, blockSin].every((array) => array instanceof Float64Array)
}

function noSuchRest(rest: number): RopeError {
  return new RopeError(
    'INVALID_POSITIONS',
    `rest is ${rest}; accepted: the number of a row of the factors' restCos`,
    { field: 'rest' },
  )
}

function goneMemory(): RopeError {
  return new RopeError(
    'INVALID_TENSOR',
    'a bound array has shrunk or been detached since it was bound; bind the new memory',
  )
}

/** Makes a plan ready; its dtype must be one of those that the addon knows. */
export function createNativeKernel(context: KernelContext, plan: Plan): NativeKernel {
  return new AddonKernel(context, plan)
}
