/**
 * A result out of a file that a person chose or dropped: JSON, or the CSV of an export, whose reader
 * loads when it is needed.
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
    const text = await file.text()
    if (!isCsv(file.name, text)) return readResultText(text)
    const { readCsv } = await import('./read-csv.js')
    return readCsv(text)
  } catch (error) {
    return { result: null, problem: `it cannot be read: ${String(error)}` }
  }
}

/** By its name, or by how every export of this page begins. */
function isCsv(name: string, text: string): boolean {
  return /\.csv$/i.test(name) || text.startsWith('resultVersion,')
}
