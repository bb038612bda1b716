/**
 * Versions of the installed packages, read from their own package.json.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { list } from '../readers.js'
import { packageFolder } from './peers.js'
import { readName } from './read-name.js'

interface Manifest {
  readonly name?: string
  readonly version?: string
}

const readNames = list(readName)

/**
 * The version of this package and of each named one; null for one that is not installed.
 *
 * @throws RopeError INVALID_OPTION for what is no list of names of packages
 */
export function installedVersions(
  names: readonly string[],
): Readonly<Record<string, string | null>> {
  const own = readManifest(packageFolder())
  const others = readNames(names, 'names').map((name) => [name, versionOf(name)] as const)
  return Object.fromEntries([['@rope/bench', own?.version ?? null], ...others])
}

function versionOf(name: string): string | null {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  const manifests = folders.map((folder) => readManifest(join(folder, name)))
  return manifests.find((manifest) => manifest?.name === name)?.version ?? null
}

function readManifest(folder: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return null
  }
}
