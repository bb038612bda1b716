/**
 * A long piece of work in short ones: between two of them the event loop gets its turn.
 */
import { setImmediate } from 'node:timers/promises'
import { RopeError } from '@rope/core'

/**
 * Works off `units` units in `slices` slices. The first starts at once and reports its error as it
 * is: nothing has been written by then.
 *
 * @param work rotates the units from `begin` up to, not including, `end`
 * @throws RopeError BACKEND_FAILED, with its cause, when a later slice fails
 */
export async function inSlices(
  units: number,
  slices: number,
  work: (begin: number, end: number) => void,
): Promise<void> {
  const step = Math.ceil(units / slices)
  work(0, Math.min(step, units))
  for (let begin = step; begin < units; begin += step) {
    await setImmediate()
    try {
      work(begin, Math.min(begin + step, units))
    } catch (error) {
      throw interrupted(begin, units, error)
    }
  }
}

function interrupted(done: number, units: number, cause: unknown): RopeError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `stopped after ${done} of ${units} tokens, which have been rotated: ${why}; leave tensors and backend alone until the promise is settled`
  return new RopeError('BACKEND_FAILED', message, { cause })
}
