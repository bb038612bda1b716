/**
 * A file in memory, open as a reader of files meets it, which counts the bytes that are asked of it.
 */
import { type RegularFile, refuseToRead } from '../../src/files/regular-file.js'

/** An open file whose reads are counted. */
export interface MemoryFile extends RegularFile {
  /** Bytes that were asked of it so far. */
  readonly asked: () => number
}

/** Opens bytes as a file. */
export function openInMemory(path: string, bytes: Uint8Array): MemoryFile {
  let asked = 0
  return {
    path,
    size: bytes.length,
    asked: () => asked,
    fill: async (target, position) => {
      asked += target.length
      const end = position + target.length
      if (end > bytes.length) throw refuseToRead(path, 'it ends before')
      target.set(bytes.subarray(position, end))
    },
    checkUnchanged: async () => undefined,
  }
}
