/**
 * Errors of the GPU as errors of this library: BACKEND_FAILED with the cause, or UNAVAILABLE with
 * what to do about it.
 */
import { RopeError } from '@rope/core'

/** What an unknown thing that was thrown says. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  const { message } = (error ?? {}) as { readonly message?: unknown }
  return typeof message === 'string' ? message : String(error)
}

/** The error for a GPU that failed while it worked; the caller's data is untouched. */
export function backendFailed(what: string, cause: unknown): RopeError {
  if (RopeError.isInstance(cause)) return cause
  return new RopeError('BACKEND_FAILED', `the GPU failed while ${what}: ${messageOf(cause)}`, {
    cause,
  })
}

/** What the error scopes around some work have caught. */
export interface CaughtErrors {
  /** Rejects with BACKEND_FAILED when the work made an error, in any of the scopes. */
  readonly check: () => Promise<void>
}

const FILTERS = ['out-of-memory', 'internal', 'validation'] as const

/**
 * Does some synchronous work inside error scopes. They are pushed and popped within one task, so
 * that nobody else's errors are caught and nobody else's scopes are closed.
 */
export function scoped<Result>(
  device: GPUDevice,
  what: string,
  work: () => Result,
): { readonly result: Result; readonly caught: CaughtErrors } {
  for (const filter of FILTERS) device.pushErrorScope(filter)
  try {
    const result = work()
    const popped = pop(device)
    return { result, caught: { check: () => firstError(popped, what) } }
  } catch (error) {
    // The error that was thrown says more than what the scopes hold.
    pop(device)
    throw backendFailed(what, error)
  }
}

/** Scopes that nobody asks about any more must not become unhandled rejections. */
function pop(device: GPUDevice): readonly Promise<GPUError | null>[] {
  const popped = FILTERS.map(() => device.popErrorScope())
  for (const scope of popped) scope.catch(() => null)
  return popped
}

async function firstError(
  popped: readonly Promise<GPUError | null>[],
  what: string,
): Promise<void> {
  const errors = await Promise.all(popped).catch((error: unknown) => {
    throw backendFailed(what, error)
  })
  const found = errors.find((error) => error !== null)
  if (found !== undefined) throw backendFailed(what, found)
}
