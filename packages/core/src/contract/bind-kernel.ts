/**
 * Binding: the shortest call of a kernel on fixed memory, with the promise of `Kernel.bind` kept for
 * kernels that have none.
 */
import type { Kernel, KernelCall, Plan } from './backend.js'
import { goneMemory, watchMemory } from './bound-memory.js'

/**
 * What rotates the call's views by its rows, as they are at the time.
 *
 * @returns a function that throws INVALID_TENSOR once an array has been detached or become too short
 */
export function bindKernel(kernel: Kernel, plan: Plan, call: KernelCall): () => void {
  const bound = kernel.bind?.(call)
  if (bound !== undefined) return bound
  const isThere = watchMemory(call.views, plan)
  return () => {
    if (!isThere()) throw goneMemory()
    void kernel.run(call)
  }
}
