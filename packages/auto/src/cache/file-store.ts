/**
 * Calibrations in a file, in Node, Bun and Deno: below the folder that the system has for caches.
 * Nothing is imported; where there are no files there is no such store.
 */
import { builtinModule, mayUseFiles, processOf, readVariable } from '../platform/environment.js'
import type { CalibrationStore } from './store.js'

/** The global of every engine, declared because the ES library does not list it. */
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }

interface FileSystem {
  readonly constants: { readonly O_RDONLY: number; readonly O_NONBLOCK?: number }
  openSync(path: string, flags: number): number
  fstatSync(file: number): { readonly size: number; isFile(): boolean }
  readSync(file: number, target: Uint8Array, offset: number, length: number, at: number): number
  closeSync(file: number): void
  mkdirSync(path: string, options: { readonly recursive: true; readonly mode: number }): unknown
  writeFileSync(path: string, text: string, options: { readonly mode: number }): void
  renameSync(from: string, to: string): void
  rmSync(path: string, options: { readonly force: true }): void
}

interface System {
  homedir(): string
}

interface Paths {
  join(...parts: readonly string[]): string
  isAbsolute(path: string): boolean
}

/** The file's name below the project's own folder. */
const FILE = 'calibration.json'

/** Sixteen entries take some 40 kB; whatever is larger was not written here. */
const LARGEST = 1 << 20

/** Only their owner may read or write the file and its folder. */
const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700

/**
 * The user's folder for caches: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches on macOS,
 * %LOCALAPPDATA% on Windows. Undefined where there is no such folder.
 */
export function cacheFolder(): string | undefined {
  const paths = builtinModule<Paths>('node:path')
  if (paths === undefined) return undefined
  const xdg = readVariable('XDG_CACHE_HOME')
  // The XDG specification: a relative path is invalid and must be ignored.
  if (xdg !== undefined && paths.isAbsolute(xdg)) return paths.join(xdg, 'rope')
  const { platform } = processOf() ?? {}
  if (platform === 'win32') {
    const local = readVariable('LOCALAPPDATA')
    return local === undefined ? undefined : paths.join(local, 'rope', 'Cache')
  }
  const home = homeFolder()
  if (home === undefined || !paths.isAbsolute(home)) return undefined
  return platform === 'darwin'
    ? paths.join(home, 'Library', 'Caches', 'rope')
    : paths.join(home, '.cache', 'rope')
}

function homeFolder(): string | undefined {
  try {
    return readVariable('HOME') ?? builtinModule<System>('node:os')?.homedir()
  } catch {
    return undefined
  }
}

/**
 * The text of a regular file of bounded size. Opened without waiting and looked at on the descriptor,
 * so that a pipe without a writer, a device or a film under this name holds nobody up.
 */
function readSmall(files: FileSystem, path: string): string {
  const { O_RDONLY, O_NONBLOCK = 0 } = files.constants
  const file = files.openSync(path, O_RDONLY | O_NONBLOCK)
  try {
    const status = files.fstatSync(file)
    if (!status.isFile()) throw new Error('it is not a regular file')
    if (status.size > LARGEST) {
      throw new Error(`it has ${status.size} bytes; accepted: at most ${LARGEST}`)
    }
    const bytes = new Uint8Array(status.size)
    const length = files.readSync(file, bytes, 0, bytes.length, 0)
    return new TextDecoder().decode(bytes.subarray(0, length))
  } finally {
    files.closeSync(file)
  }
}

/** A store in `folder`; null where there are no files or they may not be used. */
export function fileStore(folder: string | undefined = cacheFolder()): CalibrationStore | null {
  const files = builtinModule<FileSystem>('node:fs')
  const paths = builtinModule<Paths>('node:path')
  if (files === undefined || paths === undefined || folder === undefined) return null
  if (!mayUseFiles(folder)) return null
  const place = paths.join(folder, FILE)
  return {
    place,
    load() {
      try {
        return readSmall(files, place)
      } catch (error) {
        if ((error as { readonly code?: unknown }).code === 'ENOENT') return null
        throw error
      }
    },
    save(text) {
      files.mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
      // Written beside and renamed: nobody ever reads half a file.
      const beside = `${place}.${Math.random().toString(36).slice(2)}`
      try {
        files.writeFileSync(beside, text, { mode: PRIVATE_FILE })
        files.renameSync(beside, place)
      } catch (error) {
        files.rmSync(beside, { force: true })
        throw error
      }
    },
  }
}
