/**
 * The kernels of one rope: from the tensors of a call to the kernel that makes it. It remembers
 * recent calls and compiled plans, and refuses what the backend cannot do.
 */
import { BoundedMap } from '../bounded-map.js'
import type { RopeConfig } from '../config/config.js'
import type { Backend, Kernel, KernelCall, Plan } from '../contract/backend.js'
import { checkMemory } from '../contract/bound-memory.js'
import { withoutEmptySizes } from '../contract/empty-plan.js'
import { RopeError } from '../errors.js'
import { CallCache, copyTensors, type PreparedCall } from '../plan/call-cache.js'
import { makePlan, planKey, type RotateTensors } from '../plan/plan.js'
import type { Layout } from '../plan/tensor.js'
import { checkCallKeys } from '../plan/unread-fields.js'

/** More kernels than a model needs. */
const KEPT_KERNELS = 64

/** What a rope's backend has compiled, and the calls that were made of it. */
export class Kernels {
  readonly #config: RopeConfig
  readonly #backend: Backend
  readonly #layout: Layout | undefined
  readonly #calls = new CallCache()
  readonly #compiled = new BoundedMap<string, Kernel>(KEPT_KERNELS)
  readonly #running = new Map<Kernel, Promise<void>>()

  constructor(config: RopeConfig, backend: Backend, layout: Layout | undefined) {
    this.#config = config
    this.#backend = backend
    this.#layout = layout
  }

  /**
   * The kernel, plan and memory of a call.
   *
   * @param keys the fields that the call may have
   * @throws RopeError INVALID_TENSOR, ALIASING, or UNSUPPORTED when the backend cannot do it
   */
  prepare(tensors: RotateTensors, keys: readonly string[]): PreparedCall {
    const known = this.#known(tensors, keys)
    if (known !== undefined) return known
    checkCallKeys(tensors, keys)
    const copies = copyTensors(tensors)
    const planned = makePlan(this.#config, copies, this.#layout)
    const plan = withoutEmptySizes(planned.plan)
    const kernel = this.#compiled.recall(planKey(plan), () => this.#compile(plan))
    const call = this.#calls.add(copies, planned, kernel)
    // Compiling is a backend's code, and fields may be getters: the memory is looked at last.
    checkMemory(call.views, call.plan)
    return call
  }

  /** Runs a kernel that may not have finished when it returns; calls of one kernel wait for each other. */
  runAsync(kernel: Kernel, plan: Plan, call: KernelCall): void | Promise<void> {
    if (kernel.runAsync !== undefined) return kernel.runAsync(call)
    const previous = this.#running.get(kernel)
    const run = (): void | Promise<void> => kernel.run(call)
    // While it waited, its memory may have gone away.
    const runLate = (): void | Promise<void> => {
      checkMemory(call.views, plan)
      return run()
    }
    const result = previous === undefined ? run() : previous.then(runLate, runLate)
    if (result === undefined) return
    this.#running.set(kernel, result)
    const forget = (): void => {
      if (this.#running.get(kernel) === result) this.#running.delete(kernel)
    }
    result.then(forget, forget)
    return result
  }

  /** Forgets calls and kernels; those that are on their way finish. */
  clear(): void {
    this.#calls.clear()
    this.#compiled.clear()
  }

  /** A call like this one, if there was one; what cannot be read is left to planning, which says so. */
  #known(tensors: RotateTensors, keys: readonly string[]): PreparedCall | undefined {
    try {
      return this.#calls.find(tensors, keys)
    } catch {
      return undefined
    }
  }

  #compile(plan: Plan): Kernel {
    const support = this.#backend.supports(plan)
    if (support.ok) return this.#backend.compile(plan)
    throw new RopeError(
      'UNSUPPORTED',
      `backend '${this.#backend.name}' cannot do this: ${support.reason}`,
      { field: support.field },
    )
  }
}
