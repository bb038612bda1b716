/**
 * Opens a file that is read: a regular file, found to be one on the descriptor itself and opened
 * without waiting, so that a pipe without a writer or a device holds nobody up. What is read comes
 * from this one descriptor, whatever happens to the path meanwhile.
 */
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { RopeError } from '@rope/core'
import { quoted } from '../format/text.js'
import { fileError } from './file-error.js'

/** Bytes of one read call; the system takes less than 2 GiB at once. */
const CHUNK = 1 << 28

/** Windows has no such flag, nor pipes that it would be for. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A regular file that is open. */
export interface RegularFile {
  readonly path: string
  /** Its bytes when it was opened. */
  readonly size: number
  /**
   * Fills `target` with the bytes from `position` on.
   *
   * @throws RopeError INVALID_FILE when the file ends before
   */
  fill(target: Uint8Array, position: number): Promise<void>
  /**
   * That the file is what it was when it was opened.
   *
   * @throws RopeError INVALID_FILE when somebody has written to it
   */
  checkUnchanged(): Promise<void>
}

/**
 * Opens a file for as long as `use` takes.
 *
 * @throws RopeError INVALID_FILE when it cannot be opened or read, or is no regular file
 */
export async function withRegularFile<Result>(
  path: string,
  use: (file: RegularFile) => Promise<Result>,
): Promise<Result> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, WITHOUT_WAITING)
    const status = await handle.stat({ bigint: true })
    checkRegular(path, status)
    return await use(regularFile(path, handle, status))
  } catch (error) {
    throw RopeError.isInstance(error) ? error : fileError('read', path, error)
  } finally {
    await handle?.close()
  }
}

function checkRegular(path: string, status: BigIntStats): void {
  if (status.isFile()) return
  const found = status.isDirectory()
    ? 'it is a directory; name a file in it'
    : 'it is not a regular file; copy what it gives into a file, or pipe a config.json to -'
  throw refuseToRead(path, found)
}

function regularFile(path: string, handle: FileHandle, status: BigIntStats): RegularFile {
  const fill = async (target: Uint8Array, position: number): Promise<void> => {
    for (let at = 0; at < target.length; ) {
      const length = Math.min(CHUNK, target.length - at)
      const { bytesRead } = await handle.read(target, at, length, position + at)
      if (bytesRead === 0) {
        throw refuseToRead(path, 'it became shorter while it was read; try again')
      }
      at += bytesRead
    }
  }
  const checkUnchanged = async (): Promise<void> => {
    const now = await handle.stat({ bigint: true })
    if (now.size === status.size && now.mtimeNs === status.mtimeNs) return
    throw refuseToRead(path, 'it changed while it was read; try again')
  }
  return { path, size: Number(status.size), fill, checkUnchanged }
}

/** An INVALID_FILE error that says why a file is not read. */
export function refuseToRead(path: string, problem: string): RopeError {
  return new RopeError('INVALID_FILE', `cannot read ${quoted(path)}: ${problem}`, { field: path })
}
