/**
 * The explanation, loaded when the first one is asked for: most programs never ask.
 */
import type { DispatchBackend } from '../dispatch/backend.js'
import type { Dispatcher } from '../dispatch/dispatcher.js'
import type { DescribedCall } from './described-call.js'
import type { Explanation } from './explanation.js'

/**
 * Explains a choice; see `explain`.
 *
 * @throws RopeError INVALID_OPTION when the description is not one
 */
export async function explainLater(
  dispatcher: Dispatcher,
  backend: DispatchBackend,
  described?: DescribedCall,
): Promise<Explanation> {
  const { explain } = await import('./explain.js')
  return explain(dispatcher, backend, described)
}
