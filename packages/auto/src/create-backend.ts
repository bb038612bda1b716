/**
 * The choice as a backend of its own, for who wants to run core's rope, the conformance suite or
 * kernels of their own over it.
 */
import { type Backend, refuseExtra } from '@rope/core/backend'
import { createDispatchBackend } from './dispatch/backend.js'
import { lease } from './dispatch/share.js'
import type { Explanation } from './explain/explanation.js'
import { explainLater } from './explain/later.js'
import { type BackendOptions, checkOptions } from './options.js'

/** A backend that chooses, and can say why. */
export interface AutoBackend extends Backend {
  /** Why the backend of the last call was chosen, and why each other one was not. */
  explain(): Promise<Explanation>
}

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
export async function createAutoBackend(options: BackendOptions = {}): Promise<AutoBackend> {
  const { dispatcher, release } = await lease(checkOptions(options))
  const choosing = createDispatchBackend(dispatcher)
  const { madeOf: _, lastCall: __, ...backend } = choosing
  return {
    ...backend,
    explain: async (extra?: unknown) => {
      refuseExtra(extra)
      return explainLater(dispatcher, choosing)
    },
    dispose() {
      backend.dispose()
      release()
    },
  }
}
