/**
 * The versions of the workspace's packages, as their manifests say.
 */
import { listPackages } from '../setup/workspace.mjs'

/** Versions by package name, of the packages in these folders such as 'core'. */
export function versionsOf(
  root: string,
  folders: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const names = folders.map((folder) => `@rope/${folder}`)
  const found = listPackages(root).filter(({ manifest }) => names.includes(manifest.name))
  return Object.fromEntries(found.map(({ manifest }) => [manifest.name, manifest.version]))
}
