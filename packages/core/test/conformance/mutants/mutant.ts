/**
 * What a mutant is: a deliberately broken subject, and the cases that must notice.
 */

import type { ConformanceSubject } from '../../../src/conformance/index.js'
import type { Backend } from '../../../src/contract/backend.js'

/** A broken subject and who must notice. */
export interface Mutant {
  readonly name: string
  /** Patterns of case ids; each must match at least one case that fails. */
  readonly noticed: readonly RegExp[]
  readonly create: (healthy: () => Backend) => ConformanceSubject
}
