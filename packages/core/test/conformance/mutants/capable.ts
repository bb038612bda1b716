/**
 * How mutants of the capable backend are made.
 */
import { createCapableBackend, type Faults } from '../capable-backend.js'
import type { Mutant } from './mutant.js'

/** A mutant whose faults are made anew for each backend, so that what they remember is its own. */
export function capable(name: string, noticed: readonly RegExp[], faults: () => Faults): Mutant {
  return {
    name,
    noticed,
    create() {
      const createBackend = (): ReturnType<typeof createCapableBackend> =>
        createCapableBackend(faults())
      return { name, backend: createBackend(), createBackend }
    },
  }
}
