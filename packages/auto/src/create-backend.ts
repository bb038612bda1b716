/**
 * The choice as a backend of its own, for who wants to run core's rope, the conformance suite or
 * kernels of their own over it.
 */
import type { Backend } from '@rope/core'
import { createDispatchBackend } from './dispatch/backend.js'
import { lease } from './dispatch/share.js'
import { type BackendOptions, checkOptions } from './options.js'

/**
 * Makes a backend that hands each plan over to the fastest backend of this place. It runs on the CPU;
 * a kernel of it chooses in its first calls.
 *
 * @throws RopeError INVALID_OPTION naming the option
 * @throws RopeError UNAVAILABLE when a backend that was asked for cannot run here, with the reason
 *
 * @example
 * ```ts
 * const report = await runConformance(await createAutoBackend())
 * ```
 */
export async function createAutoBackend(options: BackendOptions = {}): Promise<Backend> {
  const { dispatcher, release } = await lease(checkOptions(options))
  const { choiceFor: _, lastChoice: __, ...backend } = createDispatchBackend(dispatcher)
  return {
    ...backend,
    dispose() {
      backend.dispose()
      release()
    },
  }
}
