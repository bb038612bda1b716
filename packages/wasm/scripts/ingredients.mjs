/**
 * What the modules are made of, found in the sources themselves: the C files, and every file that
 * they include, followed to the end. No list is kept by hand that could miss one.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * The files, and all that they include: beside the including file first, then in `folders`.
 * What stands in angle brackets comes with the compiler.
 * @param {readonly string[]} files absolute paths
 * @param {readonly string[]} folders where the compiler looks, in its order
 * @returns {readonly string[]} absolute paths, each once, in alphabetical order
 */
export function filesWithIncludes(files, folders) {
  /** @type {Set<string>} */
  const found = new Set()
  /** @param {string} file */
  const follow = (file) => {
    if (found.has(file)) return
    found.add(file)
    for (const name of includesOf(readFileSync(file, 'utf8'))) {
      follow(locate(name, [dirname(file), ...folders], file))
    }
  }
  for (const file of files) follow(file)
  return [...found].sort()
}

/**
 * The hash of files, with where they stand below `root`; line ends do not count.
 * @param {readonly string[]} files absolute paths
 * @param {string} root
 */
export function hashOfFiles(files, root) {
  const hash = createHash('sha256')
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n')
    hash.update(`${relative(root, file).replaceAll('\\', '/')}\n${text.length}\n${text}`)
  }
  return hash.digest('hex')
}

/**
 * @param {string} text C
 * @returns {string[]}
 */
function includesOf(text) {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm)].map(([, name]) =>
    String(name),
  )
}

/**
 * @param {string} name as it is included
 * @param {readonly string[]} folders
 * @param {string} from who includes it
 */
function locate(name, folders, from) {
  const path = folders.map((folder) => join(folder, name)).find((place) => existsSync(place))
  if (path === undefined)
    throw new Error(`${from} includes "${name}", which is in none of ${folders}`)
  return path
}
