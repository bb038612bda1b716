/**
 * A backend by name, or the first that can run here; the refusal lists every one with its reason.
 */
import {
  absenceText,
  type BackendEntry,
  type DetectedBackend,
  detectBackends,
} from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'

/**
 * Creates the backend of a name, or the first available one when no name is given.
 *
 * @throws RopeError UNAVAILABLE, listing every backend with its reason, when the name is unknown
 *   or the backend cannot run here
 */
export async function openBackend(
  name: string | undefined,
  entries: readonly BackendEntry[],
): Promise<Backend> {
  const found = await detectBackends(entries)
  const wanted = found.find((one) => (name === undefined ? one.available : one.name === name))
  for (const one of found) if (one !== wanted && one.available) one.discard()
  if (wanted?.available !== true) throw unavailable(name, found)
  return wanted.create()
}

/** The list of backends in one line: available ones, then the others with their reasons. */
function describeBackends(found: readonly DetectedBackend[]): string {
  const available = found.filter((one) => one.available).map(({ name }) => name)
  const others = found.flatMap((one) =>
    one.available ? [] : [`${one.name} is not: ${absenceText(one)}`],
  )
  return [`available here: ${available.join(', ') || 'none'}`, ...others].join('; ')
}

function unavailable(name: string | undefined, found: readonly DetectedBackend[]): RopeError {
  const known = found.some((one) => one.name === name)
  const problem = known ? 'is not available' : 'is unknown'
  const subject =
    name === undefined ? 'no backend can run' : `backend ${JSON.stringify(name)} ${problem}`
  return new RopeError('UNAVAILABLE', `${subject}; ${describeBackends(found)}`, {
    field: 'backend',
  })
}
