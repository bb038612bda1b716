/**
 * Which files of a package can be reached: from its exports and commands along relative imports and
 * source maps, and from the paths that its README names.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Manifest } from '../../setup/workspace.mjs'

/** What every package has, whoever asks. */
const ALWAYS = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']

/** Files that are reached but not there, as `from -> to`. */
export function missingFiles(folder: string, manifest: Manifest): string[] {
  return walk(folder, manifest).missing
}

/** Files that are there but not reached. */
export function danglingFiles(folder: string, manifest: Manifest): string[] {
  const { reached } = walk(folder, manifest)
  return listFiles(folder).filter((path) => !ALWAYS.includes(path) && !reached.has(path))
}

function walk(folder: string, manifest: Manifest): { reached: Set<string>; missing: string[] } {
  const reached = new Set<string>()
  const missing: string[] = []
  const visit = (path: string, from: string): void => {
    if (reached.has(path)) return
    if (!existsSync(join(folder, path))) {
      missing.push(`${from} -> ${path}`)
      return
    }
    reached.add(path)
    for (const next of referencesOf(readFileSync(join(folder, path), 'utf8'), path)) {
      visit(next, path)
    }
  }
  for (const path of rootsOf(manifest)) visit(path, 'package.json')
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const path of listFiles(folder)) if (isNamed(readme, path)) visit(path, 'README.md')
  return { reached, missing }
}

/** The files that a manifest names, in whatever depth of conditions. */
function rootsOf({ exports = {}, bin = {} }: Manifest): string[] {
  const targets = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value as object).flatMap(targets)
  return [...targets(exports), ...Object.values(bin)].map((path) => path.replace(/^\.\//, ''))
}

/** A README names a file, or a folder above it, between backticks or in a command. */
function isNamed(readme: string, path: string): boolean {
  const [top = ''] = path.split('/')
  return readme.includes(`node ${path}`) || readme.includes(`--directory ${top}`)
}

const REFERENCES =
  /(?:from\s*|import\s*\(?\s*|require\s*\(\s*|new URL\(\s*)["'](\.{1,2}\/[^"']+)["']|sourceMappingURL=(\S+)/g

/** The files of the package that a file refers to; a declaration stands beside its code. */
function referencesOf(text: string, path: string): string[] {
  if (!/\.[cm]?[jt]s$/.test(path)) return []
  return [...text.matchAll(REFERENCES)].map(([, specifier, map]) => {
    const target = join(dirname(path), specifier ?? map ?? '').replaceAll('\\', '/')
    return /\.d\.[cm]?ts$/.test(path) ? target.replace(/\.([cm]?)js$/, '.d.$1ts') : target
  })
}

function listFiles(folder: string, below = folder): string[] {
  return readdirSync(below).flatMap((name) => {
    const path = join(below, name)
    return statSync(path).isDirectory()
      ? listFiles(folder, path)
      : [relative(folder, path).replaceAll('\\', '/')]
  })
}
