/**
 * Every script of a package is called: by an npm script, by another script or a test, or as a
 * command that a document tells. One that nobody calls does nothing, and rots.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { listFiles } from '../model.mjs'

const SCRIPT = /^(packages|apps)\/[^/]+\/scripts\/.*\.[cm]?js$/
const CALLERS = /\.([cm]?[jt]s|json|ya?ml|md)$|^\.ci\//

/**
 * Reports the scripts whose names stand in no other file.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function scripts({ root }) {
  const files = listFiles(root, '').filter((path) => CALLERS.test(path))
  const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
  return files
    .filter((path) => SCRIPT.test(path))
    .filter((path) => ![...texts].some(([other, text]) => other !== path && calls(text, path)))
    .map((path) => `${path} is called by nothing`)
}

/**
 * @param {string} text
 * @param {string} path
 */
function calls(text, path) {
  return new RegExp(
    `(?:scripts|\\.|['"\`])/?${basename(path).replaceAll('.', '\\.')}(?![\\w.-])`,
  ).test(text)
}
