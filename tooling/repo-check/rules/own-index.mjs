/**
 * Nothing inside a package imports its own index.ts, and nothing inside a folder imports that
 * folder's: an index is for those outside.
 */
import { posix } from 'node:path'
import { isInside, resolveRelative } from '../paths.mjs'

/**
 * Reports imports of an index by a file that the index speaks for.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function ownIndex({ packages }) {
  return packages.flatMap(({ sources }) =>
    sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .filter(({ specifier }) => speaksFor(resolveRelative(path, specifier), path))
        .map(({ specifier, line }) => `${path}:${line} imports ${specifier}, its own index`),
    ),
  )
}

/**
 * @param {string} target
 * @param {string} file
 */
function speaksFor(target, file) {
  return posix.basename(target) === 'index.ts' && isInside(file, posix.dirname(target))
}
