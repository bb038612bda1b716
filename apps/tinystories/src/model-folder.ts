/**
 * A model in a folder on disk, as Node reads it.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { RopeError } from '@rope/core'
import type { ReadFile } from './model-files.js'

/** The bundled model has 1 MB; whatever is larger than this is not a model for this example. */
const LARGEST = 2 ** 30

/** A regular file of bounded size, opened without waiting: nobody waits for a pipe. */
async function readRegular(path: string): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw new Error('it is not a regular file')
    if (status.size > LARGEST) throw new Error(`it has ${status.size} bytes, more than ${LARGEST}`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** A reader of the files in a folder. */
export function filesIn(folder: string): ReadFile {
  return async (name) => {
    try {
      return await readRegular(join(folder, name))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new RopeError(
        'INVALID_FILE',
        `${name} of the model cannot be read (${reason}); fetch the project again`,
        { cause: error },
      )
    }
  }
}
