/**
 * The packages of this project that are installed here, and in which versions: what a bug report
 * needs. A package manager may keep what only `@rope/auto` depends on where only that can see it.
 */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { BACKENDS, type BackendEntry } from '@rope/auto/backends'
import { ownVersion, packageVersion } from '../version.js'

/** An installed package; the version is null when it is not installed. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string | null
}

/** This command, what it builds on, the packages of the backends, and those for GPUs. */
export function installedPackages(entries: readonly BackendEntry[]): readonly InstalledPackage[] {
  const backends = entries.map(({ packageName }) => packageName)
  const gpus = BACKENDS.filter(({ device }) => device === 'gpu').map(
    ({ packageName }) => packageName,
  )
  const others = new Set(['@rope/core', '@rope/auto', ...backends, ...gpus])
  return [
    { name: '@rope/cli', version: ownVersion() },
    ...[...others].map((name) => ({ name, version: packageVersion(name) ?? versionForAuto(name) })),
  ]
}

/** The version that `@rope/auto` finds from where it lies. */
function versionForAuto(name: string): string | null {
  const own = createRequire(import.meta.url)
  const auto = firstThere(own, '@rope/auto')
  if (auto === undefined) return null
  const its = createRequire(realpathSync(auto))
  const manifest = firstThere(its, name)
  return manifest === undefined ? null : versionIn(its, manifest)
}

/** The first package.json where Node would look for a package. */
function firstThere({ resolve }: NodeJS.Require, name: string): string | undefined {
  const folders = resolve.paths(name) ?? []
  return folders
    .map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path))
}

function versionIn(load: NodeJS.Require, manifest: string): string | null {
  try {
    return (load(manifest) as { readonly version?: string }).version ?? null
  } catch {
    // A damaged manifest must not keep the doctor from telling the rest.
    return null
  }
}
