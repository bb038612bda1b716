/**
 * From a package's public names to its sources, read off each package.json and tsup config entry:
 * `exports` of `@rope/core` has './conformance', so '@rope/core/conformance' is found in its src.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One alias as vite wants it: an exact specifier and the file that stands for it. */
export interface SourceAlias {
  readonly find: RegExp
  readonly replacement: string
}

/** The aliases of every package in the workspace at `root`; the longest names come first. */
export function sourceAliases(root: string): SourceAlias[] {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .flatMap(aliasesOf)
}

function aliasesOf(folder: string): SourceAlias[] {
  const { name, exports = {} } = readManifest(join(folder, 'package.json'))
  return Object.keys(exports)
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => ({
      find: new RegExp(`^${quoted(subpath === '.' ? name : `${name}${subpath.slice(1)}`)}$`),
      replacement: sourceOf(folder, subpath),
    }))
}

/** './x' is src/x.ts or src/x/index.ts; '.' is src/index.ts. */
function sourceOf(folder: string, subpath: string): string {
  const stem = join(folder, 'src', subpath === '.' ? 'index' : subpath)
  return existsSync(`${stem}.ts`) || subpath === '.' ? `${stem}.ts` : join(stem, 'index.ts')
}

function readManifest(file: string): { name: string; exports?: Readonly<Record<string, unknown>> } {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
