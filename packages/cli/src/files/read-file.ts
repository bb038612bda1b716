/**
 * Reads a whole file into memory of our own, under a limit, with errors that name the file.
 */
import { bytes as showBytes } from '../format/text.js'
import { type RegularFile, refuseToRead, withRegularFile } from './regular-file.js'

/**
 * The bytes of a file.
 *
 * @param limit most bytes to accept
 * @throws RopeError INVALID_FILE when it cannot be read, is not a regular file, is too large, or
 *   changes meanwhile
 */
export async function readWholeFile(path: string, limit: number): Promise<Uint8Array> {
  return withRegularFile(path, async (file) => {
    if (file.size > limit) {
      const problem = `it has ${showBytes(file.size)}; accepted: up to ${showBytes(limit)}`
      throw refuseToRead(path, problem)
    }
    const content = allocate(file)
    await file.fill(content, 0)
    await file.checkUnchanged()
    return content
  })
}

function allocate({ path, size }: RegularFile): Uint8Array {
  try {
    return new Uint8Array(size)
  } catch {
    throw refuseToRead(path, `its ${showBytes(size)} do not fit into this process's memory`)
  }
}
