/**
 * A model in a folder on disk, as Node reads it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RopeError } from '@rope/core'
import type { ReadFile } from './model-files.js'

/** A reader of the files in a folder. */
export function filesIn(folder: string): ReadFile {
  return async (name) => {
    try {
      return await readFile(join(folder, name))
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
