/**
 * The JavaScript backend: always works, always last. Every dtype, every plan.
 */

import { RopeError } from '@rope/core'
import { type Backend, checkMemory, type Probe, type SyncKernel } from '@rope/core/backend'
import { createKernel } from './run.js'

/**
 * A backend in plain JavaScript. It holds no resources; any number may exist.
 *
 * @example
 * ```ts
 * const rope = createRope(config, { backend: createJsBackend() })
 * ```
 */
export function createJsBackend(): Backend {
  let disposed = false
  const checkAlive = (): void => {
    if (disposed)
      throw new RopeError(
        'DISPOSED',
        'this js backend has been disposed of; create a new one with createJsBackend',
      )
  }
  return {
    specVersion: 1,
    name: 'js',
    device: 'cpu',
    capabilities: {
      dtypes: ['float64', 'float32', 'float16', 'bfloat16'],
      threads: 0,
      isa: null,
      maxElements: Number.POSITIVE_INFINITY,
      sharedMemory: true,
    },
    supports: () => ({ ok: true }),
    compile(plan): SyncKernel {
      checkAlive()
      const kernel = createKernel(plan)
      return {
        run({ views, rotation }) {
          checkAlive()
          // JavaScript reads nothing from memory that is gone, and writes nothing, in silence.
          checkMemory(views, plan)
          kernel.run({ views, rotation })
        },
      }
    },
    dispose() {
      disposed = true
    },
  }
}

/** Whether the JavaScript backend can run here: it always can. */
export function probeJs(): Probe {
  return { available: true, facts: { float16Array: 'Float16Array' in globalThis } }
}
