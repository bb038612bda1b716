/**
 * What the file system refuses, as an error that names the file and says why in plain words.
 */
import { getSystemErrorMap } from 'node:util'
import { RopeError } from '@rope/core'
import { quoted } from '../format/text.js'

/** An INVALID_FILE error such as `cannot read "a.json": no such file or directory`. */
export function fileError(action: string, path: string, cause: unknown): RopeError {
  const problem = systemMessage(cause)
  return new RopeError('INVALID_FILE', `cannot ${action} ${quoted(path)}: ${problem}`, {
    field: path,
    cause,
  })
}

/** True for an error of the file system with this code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return (error as { readonly code?: unknown } | null)?.code === code
}

function systemMessage(cause: unknown): string {
  const number = (cause as { readonly errno?: unknown } | null)?.errno
  const known = typeof number === 'number' ? getSystemErrorMap().get(number) : undefined
  return known?.[1] ?? (cause instanceof Error ? cause.message : String(cause))
}
