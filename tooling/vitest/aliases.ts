/**
 * From a package's public names to its sources, read off each package.json: `exports` of
 * `@rope/core` has './conformance', so '@rope/core/conformance' is found in its src.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listPackages, modulesOf } from '../setup/workspace.mjs'

/** One alias as vite wants it: an exact specifier and the file that stands for it. */
export interface SourceAlias {
  readonly find: RegExp
  readonly replacement: string
}

/** The aliases of every package in the workspace at `root`. */
export function sourceAliases(root: string): SourceAlias[] {
  return listPackages(root).flatMap(({ folder, manifest }) =>
    modulesOf(manifest).map((subpath) => ({
      find: new RegExp(`^${manifest.name}${subpath.slice(1)}$`),
      replacement: sourceOf(folder, subpath),
    })),
  )
}

/** './x' is src/x.ts or src/x/index.ts; '.' is src/index.ts. */
function sourceOf(folder: string, subpath: string): string {
  const stem = join(folder, 'src', subpath === '.' ? 'index' : subpath)
  return existsSync(`${stem}.ts`) ? `${stem}.ts` : join(stem, 'index.ts')
}
