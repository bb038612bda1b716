/**
 * What a package's inlined modules weigh on their way to a browser.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readName } from './read-name.js'

/** A WebAssembly module in base64: it begins with the bytes of "\0asm"; lines may be broken. */
const INLINED = /AGFzbQ[A-Za-z0-9+/\n]{100,}={0,2}/g

/**
 * Bytes of each WebAssembly module that is inlined in the ES modules of a package's dist folder, in
 * base64 and then gzipped, ascending. None when the package is not installed, or not built.
 *
 * @throws RopeError INVALID_OPTION for what is no name of a package
 */
export async function packageSize(packageName: string): Promise<readonly number[]> {
  const folder = distFolder(readName(packageName, 'packageName'))
  if (folder === null) return []
  const modules = new Set(
    readdirSync(folder)
      .filter((name) => name.endsWith('.js') || name.endsWith('.mjs'))
      .flatMap((name) => inlinedModules(readFileSync(join(folder, name), 'utf8'))),
  )
  const sizes = [...modules].map((module) => gzipSync(module, { level: 9 }).length)
  return sizes.sort((a, b) => a - b)
}

/** The base64 text of every module in a source, without its line breaks. */
export function inlinedModules(source: string): readonly string[] {
  const found = source.replaceAll('\\n', '\n').match(INLINED) ?? []
  return found.map((text) => text.replaceAll('\n', ''))
}

function distFolder(packageName: string): string | null {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? []
  const found = folders
    .map((root) => join(root, packageName, 'dist'))
    .find((path) => existsSync(path))
  return found ?? null
}
