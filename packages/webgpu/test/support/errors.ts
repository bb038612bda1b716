/**
 * The error that something throws, which must be a RopeError.
 */
import { RopeError } from '@rope/core'
import { expect } from 'vitest'

/** Code and field of the RopeError that `attempt` throws or rejects with, and its message. */
export async function refusal(attempt: () => unknown): Promise<{
  readonly code: string
  readonly field: string | undefined
  readonly message: string
  readonly cause: unknown
}> {
  let caught: unknown
  try {
    await attempt()
  } catch (error) {
    caught = error
  }
  expect(caught).toBeDefined()
  if (!RopeError.isInstance(caught)) throw caught
  const { code, field, message, cause } = caught
  return { code, field, message, cause }
}
