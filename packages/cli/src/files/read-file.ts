/**
 * Reads a whole file into memory of our own, under a limit, with errors that name the file.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { RopeError } from '@rope/core'
import { quoted, bytes as showBytes } from '../format/text.js'
import { fileError } from './file-error.js'

/** Bytes of one read call; the system takes less than 2 GiB at once. */
const CHUNK = 1 << 28

/**
 * The bytes of a file.
 *
 * @param limit most bytes to accept
 * @throws RopeError INVALID_FILE when it cannot be read, is not a regular file, or is too large
 */
export async function readWholeFile(path: string, limit: number): Promise<Uint8Array> {
  return withFile(path, async (handle) => {
    const status = await handle.stat()
    if (status.isDirectory()) throw refuse(path, 'it is a directory')
    if (!status.isFile()) throw refuse(path, 'it is not a regular file')
    if (status.size > limit) {
      throw refuse(path, `it has ${showBytes(status.size)}; accepted: up to ${showBytes(limit)}`)
    }
    const content = allocate(path, status.size)
    await fill(handle, content, path)
    return content
  })
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    return await use(handle)
  } catch (error) {
    throw RopeError.isInstance(error) ? error : fileError('read', path, error)
  } finally {
    await handle?.close()
  }
}

function allocate(path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size)
  } catch {
    throw refuse(path, `its ${showBytes(size)} do not fit into this process's memory`)
  }
}

async function fill(handle: FileHandle, content: Uint8Array, path: string): Promise<void> {
  for (let at = 0; at < content.length; ) {
    const { bytesRead } = await handle.read(content, at, Math.min(CHUNK, content.length - at), at)
    if (bytesRead === 0) throw refuse(path, 'it became shorter while it was read; try again')
    at += bytesRead
  }
}

function refuse(path: string, problem: string): RopeError {
  return new RopeError('INVALID_FILE', `cannot read ${quoted(path)}: ${problem}`, { field: path })
}
