/**
 * Paths from the root, with forward slashes on every platform.
 */
import { posix } from 'node:path'

/**
 * Where a relative import leads: the TypeScript file that stands behind the `.js` name.
 * @param {string} file the importing file
 * @param {string} specifier such as './rope.mjs'
 */
export function resolveRelative(file, specifier) {
  return posix.join(posix.dirname(file), specifier).replace(/\.([cm]?)js$/, '.$1ts')
}

/**
 * True when `path` is `folder` or lies below it.
 * @param {string} path
 * @param {string} folder
 */
export function isInside(path, folder) {
  return path === folder || path.startsWith(`${folder}/`)
}

/**
 * Where a source file of a package stands: the first folder below src, or the file itself beside
 * those folders.
 * @param {string} file
 * @param {string} path of the package
 */
export function roomOf(file, path) {
  return file.slice(`${path}/src/`.length).split('/')[0] ?? ''
}
