/**
 * A kernel: a plan that the addon has made ready, and the three ways to call it. The hot one,
 * `run`, hands its arguments over as they are; a bound call has nothing left to hand over.
 */

import { RopeError } from '@rope/core'
import {
  bytesPerElement,
  type DecodeFactors,
  goneMemory,
  type KernelCall,
  type Plan,
  type SyncKernel,
  type View,
} from '@rope/core/backend'
import type { WrongArgument } from './addon.js'
import { type Addon, type CallArguments, type Handle, NO_SUCH_REST } from './addon.js'
import { boundMemory } from './bound-memory.js'
import { callArguments, checkKinds, wrongArgument } from './call.js'
import { planWords } from './plan-words.js'
import type { Rows } from './rows.js'
import { inSlices } from './slices.js'

/** What the kernels of one backend share. */
export interface KernelContext {
  readonly addon: Addon
  readonly isa: number
  /** That a call may use, the calling one included. */
  readonly threads: number
  /** The addon's copy of some factors. */
  rowsOf(factors: DecodeFactors): Rows | undefined
  /** Throws DISPOSED once the backend is. */
  checkAlive(): void
}

/** A kernel of this backend: two more ways to call it, beside that of every kernel. */
export interface NativeKernel extends SyncKernel {
  /**
   * Fixes memory and rows, and returns the call that rotates them: the shortest way for a decode
   * loop, which fills the same rows anew before each call. It throws INVALID_TENSOR once an array
   * has been detached or has become too short.
   */
  bind(call: KernelCall): () => void
  /** As `bind`, and makes the one row of the rotation itself; undefined for several rows. */
  bindDecode(call: KernelCall, factors: DecodeFactors): ((rest: number) => void) | undefined
  /**
   * Rotates without holding up the event loop; calls of one kernel may overlap. Memory that cannot
   * go away (a SharedArrayBuffer, or an array of this backend's `allocate`) is rotated by the
   * pool's threads alone. Other memory is rotated in slices of less than a millisecond, between
   * which the event loop runs: JavaScript may detach it, and then the promise rejects with
   * BACKEND_FAILED, part of the memory being rotated.
   */
  runAsync(call: KernelCall): Promise<void>
}

/** Data of this many bytes per thread are rotated in less than a millisecond. */
const SLICE_BYTES = 2 ** 22

/** A call by its arguments, spelled out: collecting them in an array would allocate one per call. */
type Run = (call: KernelCall) => WrongArgument | undefined

function runOne({ run }: Addon, handle: Handle<'kernel'>): Run {
  return ({ views, rotation: { cos, sin, batchStride } }) => {
    const q = views[0] as View
    return run(handle, cos, sin, batchStride, q.source, q.sourceOffset, q.target, q.targetOffset)
  }
}

function runTwo({ run }: Addon, handle: Handle<'kernel'>): Run {
  return ({ views, rotation: { cos, sin, batchStride } }) => {
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
  readonly #slices: number

  constructor(context: KernelContext, plan: Plan) {
    const { addon, threads } = context
    this.#context = context
    this.#plan = plan
    this.#handle = compilePlan(context, plan)
    this.#call = (plan.operands.length === 1 ? runOne : runTwo)(addon, this.#handle)
    this.#slices = Math.ceil(bytesOf(plan) / (SLICE_BYTES * threads))
  }

  run(call: KernelCall): void {
    this.#check(call)
    const wrong = this.#call(call)
    if (wrong !== undefined) throw wrongArgument(wrong, this.#plan, call.views)
  }

  bind(call: KernelCall): () => void {
    const bound = this.#bind(call)
    if (bound === undefined) throw new RopeError('BACKEND_FAILED', 'the addon cannot bind a call')
    return () => bound(0)
  }

  bindDecode(call: KernelCall, factors: DecodeFactors): ((rest: number) => void) | undefined {
    const rows = this.#context.rowsOf(factors)
    return rows && this.#bind(call, rows)
  }

  #bind(call: KernelCall, rows?: Rows): ((rest: number) => void) | undefined {
    const { views, rotation } = call
    this.#check(call)
    const { addon, checkAlive } = this.#context
    const { runBound } = addon
    const bound = addon.bind(this.#handle, rows?.memory, ...callArguments(call))
    if (typeof bound === 'number') throw wrongArgument(bound, this.#plan, views)
    if (bound === undefined) return undefined
    const memory = boundMemory(this.#plan, views, rows === undefined ? rotation : undefined)
    const [a, b, c, d, e, f] = memory
    const explain = (wrong: number, rest: number): RopeError =>
      wrong === NO_SUCH_REST ? noSuchRest(rest) : goneMemory()
    // Each argument takes its time: two arrays, q and k in place, are what a decode step has.
    if (memory.length <= 2) {
      return (rest) => {
        checkAlive()
        rows?.follow()
        const wrong = runBound(bound, rest, a, b)
        if (wrong !== undefined) throw explain(wrong, rest)
      }
    }
    return (rest) => {
      checkAlive()
      rows?.follow()
      const wrong = runBound(bound, rest, a, b, c, d, e, f)
      if (wrong !== undefined) throw explain(wrong, rest)
    }
  }

  async runAsync(call: KernelCall): Promise<void> {
    if (this.#slices <= 1) return this.run(call)
    this.#check(call)
    const args = callArguments(call)
    const { views } = call
    return this.#start(views, args) ?? this.#runInSlices(views, args)
  }

  /** By the pool alone; undefined when threads must not, or cannot, do it. */
  #start(views: readonly View[], args: CallArguments): Promise<void> | undefined {
    const started = this.#context.addon.start(this.#handle, ...args)
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

  #check({ views, rotation }: KernelCall): void {
    this.#context.checkAlive()
    checkKinds(this.#plan, views, rotation)
  }
}

function noSuchRest(rest: number): RopeError {
  return new RopeError(
    'INVALID_POSITIONS',
    `rest is ${rest}; accepted: the number of a row of the factors' restCos`,
    { field: 'rest' },
  )
}

/** Makes a plan ready; its dtype must be one of those that the addon knows. */
export function createNativeKernel(context: KernelContext, plan: Plan): NativeKernel {
  return new AddonKernel(context, plan)
}
