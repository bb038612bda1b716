/**
 * Versions of the installed packages, read from their own package.json: the truth about what
 * runs, also when a package was linked or updated by hand.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version of this command. */
export function ownVersion(): string {
  return versionAbove(dirname(fileURLToPath(import.meta.url)), '@rope/cli') ?? 'unknown'
}

/** The version of an installed package, or null when it is not installed. */
export function packageVersion(name: string): string | null {
  // Looked up as a file: packages need not export their package.json, nor be built.
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  const manifests = folders.map((folder) => readManifest(join(folder, name, 'package.json')))
  return manifests.find((manifest) => manifest?.name === name)?.version ?? null
}

/** The version in the nearest package.json that names the package, looking upwards from `folder`. */
function versionAbove(folder: string, name: string): string | null {
  const manifest = readManifest(join(folder, 'package.json'))
  if (manifest?.name === name) return manifest.version ?? null
  const parent = dirname(folder)
  return parent === folder ? null : versionAbove(parent, name)
}

interface Manifest {
  readonly name?: string
  readonly version?: string
}

function readManifest(path: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch {
    return null
  }
}
