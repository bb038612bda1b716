/**
 * Writes a file so that nobody ever sees half of it: into a temporary file in the same folder,
 * flushed, then renamed over the target. Whatever fails, the target keeps what it had and the
 * temporary file is gone; that of a process that was killed goes with the next file written there.
 */
import { type BigIntStats, rmSync } from 'node:fs'
import { lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RopeError } from '@rope/core'
import { quoted } from '../format/text.js'
import { fileError, hasCode } from './file-error.js'
import { removeLeftovers, temporaryPath } from './temporary-file.js'

/** Where to write, after links were followed. */
export interface OutputFile {
  /** As the user wrote it, for messages. */
  readonly name: string
  /** The real path. */
  readonly path: string
  /** Permissions of the file that will be replaced; null when there is none. */
  readonly mode: number | null
}

/**
 * Checks a place to write before any work is done, and follows links to it.
 *
 * @param inputs option and path of every file that must not be written to, through any link
 * @throws RopeError INVALID_FILE when it cannot be written or is one of the inputs
 */
export async function checkOutput(
  name: string,
  inputs: readonly (readonly [option: string, path: string])[],
): Promise<OutputFile> {
  const existing = await statusOf(name)
  if (existing === null) return { name, path: await newPath(name), mode: null }
  if (existing.isDirectory()) throw refuse(name, 'it is a directory; name a file in it')
  if (!existing.isFile()) throw refuse(name, 'it is not a regular file')
  for (const [option, path] of inputs) {
    const input = await statusOf(path)
    if (input !== null && input.dev === existing.dev && input.ino === existing.ino) {
      throw refuse(name, `it is the same file as ${option} ${quoted(path)}; write to another file`)
    }
  }
  return { name, path: await realpath(name), mode: Number(existing.mode & 0o777n) }
}

/**
 * Writes `content` atomically.
 *
 * @throws RopeError INVALID_FILE when it cannot be written; then nothing is left behind
 */
export async function writeOutput(file: OutputFile, content: Uint8Array): Promise<void> {
  const folder = dirname(file.path)
  const temporary = temporaryPath(folder)
  const unguard = removeOnExit(temporary)
  try {
    await removeLeftovers(folder)
    await writeNewFile(temporary, content, file.mode)
    await rename(temporary, file.path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw fileError('write', file.name, error)
  } finally {
    unguard()
  }
}

async function writeNewFile(path: string, content: Uint8Array, mode: number | null): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(content)
    if (mode !== null) await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Signals that end a process and can be caught. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Removes the file when the process is told to stop or exits; the returned function ends the watch. */
function removeOnExit(path: string): () => void {
  const remove = (): void => rmSync(path, { force: true })
  const stop = (signal: NodeJS.Signals): void => {
    unguard()
    remove()
    // With this listener gone, the signal does what it would have done without it.
    process.kill(process.pid, signal)
  }
  const unguard = (): void => {
    process.removeListener('exit', remove)
    for (const signal of SIGNALS) process.removeListener(signal, stop)
  }
  process.on('exit', remove)
  for (const signal of SIGNALS) process.on(signal, stop)
  return unguard
}

async function newPath(name: string): Promise<string> {
  if (await isLink(name)) throw refuse(name, 'it is a link to nothing; remove it first')
  try {
    return join(await realpath(dirname(name)), basename(name))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw refuse(name, 'its folder does not exist')
    throw fileError('write', name, error)
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}

/** The status of what the path leads to; null when there is nothing. */
async function statusOf(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw fileError('look at', path, error)
  }
}

function refuse(name: string, problem: string): RopeError {
  return new RopeError('INVALID_FILE', `cannot write ${quoted(name)}: ${problem}`, {
    field: '--out',
  })
}
