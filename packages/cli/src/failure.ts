/**
 * Errors as the user meets them: one line on standard error and an exit code, never a stack
 * unless ROPE_DEBUG=1 asks for it.
 */
import { RopeError } from '@rope/core'
import { BAD_INPUT, UNEXPECTED } from './exit-codes.js'
import { oneLine } from './format/text.js'
import type { Io } from './io.js'

/** Says on standard error what went wrong and returns the exit code that goes with it. */
export function reportFailure(error: unknown, io: Io): number {
  const expected = RopeError.isInstance(error)
  const message = error instanceof Error ? error.message : String(error)
  const hint = expected ? '' : ' (a defect of rope; run again with ROPE_DEBUG=1 for the stack)'
  const prefix = expected ? 'rope: ' : 'rope: unexpected error: '
  io.stderr.write(`${prefix}${oneLine(message)}${hint}\n`)
  if (io.env.ROPE_DEBUG === '1') io.stderr.write(`${stackOf(error)}\n`)
  return expected ? BAD_INPUT : UNEXPECTED
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`
}
