/**
 * What a package's inlined modules weigh on their way to a browser.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A string of this many base64 characters is no accident. */
const INLINED = /[A-Za-z0-9+/]{1000,}={0,2}/g

/**
 * Bytes of all base64 text inlined in the ES modules of a package's dist folder, gzipped.
 * Null when the package is not installed, not built, or inlines nothing.
 */
export async function packageSize(packageName: string): Promise<number | null> {
  const folder = distFolder(packageName)
  if (folder === null) return null
  const texts = new Set(
    readdirSync(folder)
      .filter((name) => name.endsWith('.js') || name.endsWith('.mjs'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').match(INLINED) ?? []),
  )
  return texts.size === 0 ? null : gzipSync([...texts].join('\n'), { level: 9 }).length
}

function distFolder(packageName: string): string | null {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? []
  const found = folders
    .map((root) => join(root, packageName, 'dist'))
    .find((path) => existsSync(path))
  return found ?? null
}
