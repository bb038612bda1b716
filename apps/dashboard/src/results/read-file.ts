/**
 * A result out of a file that a person chose or dropped.
 */
import { type ReadResult, readResultText } from './read-result.js'

/** Bytes of the largest file that is read: a full run with every backend has half a megabyte. */
const LARGEST_FILE = 8 * 2 ** 20

/** Reads a file; the problem starts with its name. */
export async function readResultFile(file: File): Promise<ReadResult> {
  const read = await contentOf(file)
  return read.problem === null ? read : { ...read, problem: `${file.name}: ${read.problem}` }
}

async function contentOf(file: File): Promise<ReadResult> {
  if (file.size > LARGEST_FILE) {
    const megabytes = Math.round(file.size / 2 ** 20)
    return { result: null, problem: `it has ${megabytes} MiB; results have at most 8` }
  }
  try {
    return readResultText(await file.text())
  } catch (error) {
    return { result: null, problem: `it cannot be read: ${String(error)}` }
  }
}
