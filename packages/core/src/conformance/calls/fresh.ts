/**
 * A backend that nobody has used yet: what it allocates first may lie elsewhere than what follows.
 */
import type { Trial } from '../case.js'

/** Tries `body` on a new backend of the same kind, where there is one to be had. */
export async function onFresh(trial: Trial, body: (fresh: Trial) => Promise<void>): Promise<void> {
  const backend = await trial.subject.createBackend?.()
  if (backend === undefined) return body(trial)
  try {
    await body({ ...trial, backend })
  } finally {
    backend.dispose()
  }
}
