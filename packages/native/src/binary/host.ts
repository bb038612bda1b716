/**
 * The machine as the loader sees it. Everything that the loader asks or does goes through this one
 * object, so that tests can put any machine in its place.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { libraryOf, type Platform } from './platform.js'

/** The first bytes of a file and its size. */
export interface FileHead {
  readonly bytes: Uint8Array
  readonly size: number
}

/** What the loader needs of a machine. */
export interface Host {
  readonly platform: Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The root folder of this package, absolute, ending in a separator. */
  readonly packageRoot: string
  /**
   * The platforms' packages that this package's manifest names; null when this code does not lie in
   * its package any more, since a bundler has taken it along.
   */
  readonly platformPackages: readonly string[] | null
  /** The file behind a module name, or null when there is none. */
  resolve(name: string): string | null
  /** Null when there is no such file. */
  readHead(path: string): FileHead | null
  /** Loads an addon; throws what the system says. */
  open(path: string): unknown
}

/** Long enough for all headers of a program. */
const HEAD_BYTES = 4096

/**
 * This very machine.
 *
 * @param packageRoot the root folder of this package, as a file URL that ends in a slash
 */
export function createHost(packageRoot: URL): Host {
  const require = createRequire(packageRoot)
  const { platform: system, arch: processor, execPath } = process
  const read = (start: number, length: number): Uint8Array =>
    readPart(execPath, start, length)?.bytes ?? new Uint8Array()
  const library = system === 'linux' ? libraryOf(read) : null
  return {
    platform: { system, processor, library },
    environment: process.env,
    packageRoot: fileURLToPath(packageRoot),
    platformPackages: readPlatformPackages(packageRoot),
    resolve(name) {
      try {
        return require.resolve(name)
      } catch {
        return null
      }
    },
    readHead,
    open: (path) => require(path),
  }
}

interface Manifest {
  readonly name?: unknown
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function readPlatformPackages(packageRoot: URL): readonly string[] | null {
  try {
    const text = readFileSync(new URL('package.json', packageRoot), 'utf8')
    const { name, optionalDependencies = {} }: Manifest = JSON.parse(text)
    return name === '@rope/native' ? Object.keys(optionalDependencies) : null
  } catch {
    return null
  }
}

const readHead = (path: string): FileHead | null => readPart(path, 0, HEAD_BYTES)

function readPart(path: string, start: number, wanted: number): FileHead | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    const bytes = new Uint8Array(wanted)
    const length = readSync(file, bytes, 0, wanted, start)
    return { bytes: bytes.subarray(0, length), size: fstatSync(file).size }
  } catch {
    return null // a folder, say
  } finally {
    closeSync(file)
  }
}
