/**
 * The repository's own rules, one file each, and what they found.
 */
import { readWorkspace } from './model.mjs'
import { arrows } from './rules/arrows.mjs'
import { cycles } from './rules/cycles.mjs'
import { docstrings } from './rules/docstrings.mjs'
import { language } from './rules/language.mjs'
import { neutrality } from './rules/neutrality.mjs'
import { ownIndex } from './rules/own-index.mjs'
import { packageShape } from './rules/package-shape.mjs'
import { rings } from './rules/rings.mjs'
import { scripts } from './rules/scripts.mjs'
import { surface } from './rules/surface.mjs'
import { topLevel } from './rules/top-level.mjs'

/**
 * @typedef {object} Finding
 * @property {string} rule in words
 * @property {readonly string[]} problems empty when all is well
 */

/** @type {Readonly<Record<string, (workspace: import('./model.mjs').Workspace) => string[]>>} */
const RULES = {
  'imports follow the arrows': arrows,
  'no import cycles, of files or of folders': cycles,
  'the rings of core: inwards only, and schedules are data': rings,
  'the surface of core is as listed': surface,
  'nothing imports its own index': ownIndex,
  'packages have the agreed shape': packageShape,
  'every export has a docstring': docstrings,
  'no any, non-null !, enum or default export': language,
  'every script is called': scripts,
  'the top level is tidy': topLevel,
  'no registry URLs or machine paths': neutrality,
}

/**
 * Applies every rule to the workspace below `root`.
 * @param {string} root absolute path
 * @returns {Finding[]} one per rule
 */
export function checkRepository(root) {
  const workspace = readWorkspace(root)
  return Object.entries(RULES).map(([rule, find]) => ({ rule, problems: find(workspace) }))
}

/**
 * The findings as text: a line per rule, and its problems below.
 * @param {readonly Finding[]} findings
 */
export function report(findings) {
  return findings
    .map(({ rule, problems }) =>
      [
        `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${rule}`,
        ...problems.map((text) => `  ${text}`),
      ].join('\n'),
    )
    .join('\n')
}
