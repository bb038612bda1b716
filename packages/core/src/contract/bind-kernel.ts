/**
 * Binding: the shortest call of a kernel on fixed memory, with the promise of `Kernel.bind` kept for
 * kernels that have none.
 */
import type { Kernel, Plan, Rotation, View } from './backend.js'
import { goneMemory, watchMemory } from './bound-memory.js'

/**
 * The call that rotates these views by these rows, as they are at the time.
 *
 * @returns a function that throws INVALID_TENSOR once an array has been detached or become too short
 */
export function bindKernel(
  kernel: Kernel,
  plan: Plan,
  views: readonly View[],
  rotation: Rotation,
): () => void {
  const bound = kernel.bind?.(views, rotation)
  if (bound !== undefined) return bound
  const isThere = watchMemory(views, plan)
  return () => {
    if (!isThere()) throw goneMemory()
    void kernel.run(views, rotation)
  }
}
