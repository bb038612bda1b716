/**
 * A backend that has everything a CPU backend may have - bound calls, calls that make their own
 * row, asynchronous ones, memory of its own - as plainly as can be. It is healthy; the mutants are made
 * of it by forgetting or replacing something.
 */

import type { Backend, Kernel, KernelCall, Plan, Rotation } from '../../src/contract/backend.js'
import { checkMemory } from '../../src/contract/bound-memory.js'
import { multiplyRow } from '../../src/contract/multiply-row.js'
import { RopeError } from '../../src/errors.js'
import type { Elements } from '../../src/numbers/dtype.js'
import { createNaiveBackend } from './naive-backend.js'

/** Everything that must refuse after dispose. */
export type Guarded =
  | 'compile'
  | 'run'
  | 'bind'
  | 'bound call'
  | 'bindDecode'
  | 'moving call'
  | 'runAsync'
  | 'allocate'

/** A kernel that has every call. */
export interface CapableKernel extends Required<Kernel> {
  run(call: KernelCall): void
}

/** A backend that has every call. */
export interface CapableBackend extends Required<Backend> {
  compile(plan: Plan): CapableKernel
}

/** What is wrong with it; nothing when absent. */
export interface Faults {
  /** Calls that do not notice a dispose. */
  readonly forgets?: readonly Guarded[]
  /** Looks at the memory of a call; checkMemory when absent. */
  readonly checkMemory?: typeof checkMemory
  /** Replaces calls of a kernel. */
  readonly kernel?: (kernel: CapableKernel, plan: Plan, compile: Compile) => Partial<CapableKernel>
  /** Replaces calls of the backend. */
  readonly backend?: (backend: CapableBackend) => Partial<CapableBackend>
}

/** Makes a kernel without any guards or faults. */
export type Compile = (plan: Plan) => Pick<CapableKernel, 'run'>

/** A row that belongs to one bound call. */
function rowOf({ pairs }: Plan): Rotation {
  const [cos, sin] = [new Float32Array(pairs), new Float32Array(pairs)]
  return { pairs, rows: 1, batchStride: 0, cos, sin }
}

/** The backend. */
export function createCapableBackend(faults: Faults = {}): CapableBackend {
  const { forgets = [], checkMemory: look = checkMemory } = faults
  const naive = createNaiveBackend({ checkMemory: () => {} })
  const buffers = new WeakSet<ArrayBufferLike>()
  let disposed = false
  const guard = (call: Guarded): void => {
    if (!disposed || forgets.includes(call)) return
    throw new RopeError('DISPOSED', `the backend has been disposed of: ${call} is refused`)
  }
  const plain: Compile = (plan) => naive.compile(plan) as CapableKernel

  function healthyKernel(plan: Plan): CapableKernel {
    const { run } = plain(plan)
    return {
      run(call) {
        guard('run')
        look(call.views, plan)
        run(call)
      },
      bind(call) {
        guard('bind')
        return () => {
          guard('bound call')
          look(call.views, plan)
          run(call)
        }
      },
      bindDecode({ views }, factors) {
        guard('bindDecode')
        const row = rowOf(plan)
        return (rest) => {
          guard('moving call')
          look(views, plan)
          multiplyRow(factors, rest, row)
          run({ views, rotation: row })
        }
      },
      async runAsync(call) {
        guard('runAsync')
        await Promise.resolve()
        guard('runAsync')
        look(call.views, plan)
        run(call)
      },
    }
  }

  const healthy: CapableBackend = {
    ...naive,
    name: 'capable',
    compile(plan) {
      guard('compile')
      const kernel = healthyKernel(plan)
      return { ...kernel, ...faults.kernel?.(kernel, plan, plain) }
    },
    allocate(dtype, length) {
      guard('allocate')
      const elements = (naive.allocate as NonNullable<Backend['allocate']>)(dtype, length)
      buffers.add(elements.buffer)
      return elements
    },
    isResident: ({ buffer }: Elements) => buffers.has(buffer),
    dispose() {
      disposed = true
    },
  }
  return { ...healthy, ...faults.backend?.(healthy) }
}
