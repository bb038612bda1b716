/**
 * The backends as the command's options speak of them: by name, or the first that will do.
 */
import { type BackendEntry, cpuBackends, findBackend, openBackend } from '@rope/auto/backends'
import { type DType, RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'

/**
 * The entries with these names, each once, in the order of the names.
 *
 * @throws RopeError INVALID_OPTION for a name that is not known
 */
export function findBackends(
  entries: readonly BackendEntry[],
  names: readonly string[],
): readonly BackendEntry[] {
  return [...new Set(names)].map((name) => findBackend(entries, name, '--backend'))
}

/**
 * A backend ready to work: the named one, or the first that is available and rotates all of
 * `dtypes`; when none rotates all of them, the first that is available.
 *
 * @throws RopeError INVALID_OPTION for an unknown name
 * @throws RopeError UNAVAILABLE when the named one, or every one, cannot run here
 */
export async function createBackend(
  entries: readonly BackendEntry[],
  name: string | undefined,
  dtypes: readonly DType[] = [],
): Promise<Backend> {
  const candidates = name === undefined ? cpuBackends(entries) : findBackends(entries, [name])
  const refusals: string[] = []
  let second: Backend | undefined
  for (const entry of candidates) {
    const opened = await openBackend(entry)
    if (!opened.available) {
      refusals.push(unavailable(opened.name, opened.reason))
      continue
    }
    const { backend } = opened
    if (dtypes.every((dtype) => backend.capabilities.dtypes.includes(dtype))) {
      second?.dispose()
      return backend
    }
    if (second === undefined) second = backend
    else backend.dispose()
  }
  if (second !== undefined) return second
  throw new RopeError('UNAVAILABLE', refusals.join('; '), { field: '--backend' })
}

/** The sentence that says that a backend cannot run here, and why. */
export function unavailable(name: string, reason: string): string {
  return `backend ${name} is not available: ${reason}`
}
