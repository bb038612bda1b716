/**
 * From a package's public names to its sources, read off each package.json: `exports` of
 * `@rope/core` has './conformance', so '@rope/core/conformance' is found in its src.
 */
import { listPackages, modulesOf, sourceOf } from '../setup/workspace.mjs'

/** One alias as vite wants it: an exact specifier and the file that stands for it. */
export interface SourceAlias {
  readonly find: RegExp
  readonly replacement: string
}

/** The aliases of every package in the workspace at `root`. */
export function sourceAliases(root: string): SourceAlias[] {
  return listPackages(root).flatMap(({ folder, manifest }) =>
    modulesOf(manifest).flatMap((subpath) => {
      const replacement = sourceOf(folder, subpath)
      const find = new RegExp(`^${manifest.name}${subpath.slice(1)}$`)
      return replacement === undefined ? [] : [{ find, replacement }]
    }),
  )
}
