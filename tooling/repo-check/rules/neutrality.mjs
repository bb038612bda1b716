/**
 * Nothing in the repository ties it to one machine or one package registry: no URL of a registry,
 * no URL at all in the lockfile, no absolute path into somebody's home.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from '../model.mjs'

/** Hosts that serve packages: by the word in their name, or because they are known. */
const REGISTRY_URL =
  /https?:\/\/(?:[\w.-]*(?:registry|npmjs|npmmirror|jsr\.io|pypi|crates\.io|artifactory|verdaccio)|npm\.)[^\s"')]*/g

/** Any URL; the lockfile needs none. */
const URL = /https?:\/\/[^\s"')]+/g

/** A path below a folder that only exists on somebody's machine. */
const MACHINE_PATH =
  /(?<![\w.~}-])(?:\/(?:home|Users|root|work|workspaces?)\/|[A-Z]:\\Users\\)[^\s"'`)]+/g

/**
 * Reports each place, by file and line.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function neutrality({ root }) {
  return listFiles(root, '').flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    if (text.includes('\0')) return []
    const patterns = path === 'pnpm-lock.yaml' ? [URL] : [REGISTRY_URL, MACHINE_PATH]
    return patterns.flatMap((pattern) =>
      [...text.matchAll(pattern)].map(
        ({ 0: match, index }) => `${path}:${lineAt(text, index)} holds ${match}`,
      ),
    )
  })
}

/**
 * @param {string} text
 * @param {number} index
 */
function lineAt(text, index) {
  return text.slice(0, index).split('\n').length
}
