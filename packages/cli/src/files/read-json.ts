/**
 * Reads a model's config.json from a file or, as `-`, from standard input. What is in it is not
 * trusted: its size is limited here, and its contents are checked by @rope/core.
 */
import { RopeError } from '@rope/core'
import { parseConfigJson } from '@rope/core/huggingface'
import { quoted, bytes as showBytes } from '../format/text.js'
import type { Io } from '../io.js'
import { readWholeFile } from './read-file.js'
import { refuseForeign } from './recognise.js'

/** Real configs have a few kilobytes, the longest known ones below a megabyte. */
const LIMIT = 16 * 1024 * 1024

/** The name that stands for standard input. */
export const STDIN = '-'

/** How a config's path is called in messages and headings. */
export function configName(path: string): string {
  return path === STDIN ? 'standard input' : path
}

/**
 * The JSON value in a file.
 *
 * @throws RopeError INVALID_FILE when it cannot be read, is too large, or is not JSON in UTF-8
 */
export async function readJson(path: string, io: Io): Promise<unknown> {
  const content = path === STDIN ? await readInput(io) : await readWholeFile(path, LIMIT)
  return parseJson(decode(content, path), path)
}

async function readInput(io: Io): Promise<Uint8Array> {
  const content = await io.readStdin(LIMIT)
  if (content.length <= LIMIT) {
    refuseForeign(content, configName(STDIN), STDIN)
    return content
  }
  throw refuse(STDIN, `is longer than ${showBytes(LIMIT)}; a config.json is a few kilobytes`)
}

function decode(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch (cause) {
    throw refuse(path, 'is not text in UTF-8; pass a model config.json', cause)
  }
}

function parseJson(text: string, path: string): unknown {
  if (text.trim() === '') throw refuse(path, 'is empty; pass a model config.json')
  try {
    return parseConfigJson(text)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.replace(/^the text /, '') : String(cause)
    throw refuse(path, `${problem}; pass a model config.json`, cause)
  }
}

function refuse(path: string, problem: string, cause?: unknown): RopeError {
  const name = path === STDIN ? configName(path) : quoted(path)
  return new RopeError('INVALID_FILE', `${name} ${problem}`, { field: path, cause })
}
