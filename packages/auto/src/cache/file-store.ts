/**
 * Calibrations in a file, in Node, Bun and Deno: below the folder that the system has for caches.
 * Nothing is imported; where there are no files there is no such store.
 */
import { builtinModule, mayUseFiles, processOf, readVariable } from '../platform/environment.js'
import type { CalibrationStore } from './store.js'

interface FileSystem {
  readFileSync(path: string, encoding: 'utf8'): string
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
        return files.readFileSync(place, 'utf8')
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
