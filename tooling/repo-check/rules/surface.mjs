/**
 * The surface of core is a committed list: a name and the door it stands behind, one each line.
 * Whoever adds, moves or removes a name edits the list in the same commit, and a reader sees it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** @typedef {import('../model.mjs').Workspace} Workspace */
/** @typedef {import('../model.mjs').Source} Source */

const CORE = 'packages/core'
const LIST = `${CORE}/surface.txt`

/** Names at the root door; what is behind the others is theirs to count. */
const MOST_AT_ROOT = 60

/** Doors for programs that test or explain, which the list leaves out. */
const UNLISTED = ['./conformance', './reference']

/**
 * Reports names that the list lacks, names that are gone, names behind two doors, and a root door
 * with too many.
 * @param {Workspace} workspace
 */
export function surface({ root, packages }) {
  const core = packages.find(({ path }) => path === CORE)
  if (core === undefined || !existsSync(join(root, LIST))) return []
  const doors = Object.keys(core.manifest.exports ?? {}).filter((door) => !UNLISTED.includes(door))
  const found = doors.flatMap((door) => namesBehind(door, core.sources))
  const listed = readFileSync(join(root, LIST), 'utf8').split('\n').filter(Boolean)
  const atRoot = found.filter((line) => line.startsWith('@rope/core ')).length
  return [
    ...found.filter((line) => !listed.includes(line)).map((line) => `${LIST} lacks: ${line}`),
    ...listed.filter((line) => !found.includes(line)).map((line) => `${LIST} has in vain: ${line}`),
    ...behindTwoDoors(found),
    ...(atRoot > MOST_AT_ROOT
      ? [`the root door has ${atRoot} names; ${MOST_AT_ROOT} at most`]
      : []),
  ]
}

/** @param {readonly string[]} lines */
function behindTwoDoors(lines) {
  /** @type {Map<string, string>} */
  const doorOf = new Map()
  return lines.flatMap((line) => {
    const [door = '', name = ''] = line.split(' ')
    const other = doorOf.get(name)
    doorOf.set(name, door)
    return other === undefined ? [] : [`${name} stands behind ${other} and ${door}; one is enough`]
  })
}

/**
 * @param {string} door such as './huggingface'
 * @param {readonly Source[]} sources
 * @returns {string[]} lines of the list
 */
function namesBehind(door, sources) {
  const stem = door === '.' ? 'index' : door.slice(2)
  const file = [`${stem}.ts`, `doors/${stem}.ts`]
    .map((path) => `${CORE}/src/${path}`)
    .map((path) => sources.find((source) => source.path === path))
    .find((source) => source !== undefined)
  if (file === undefined) return []
  return file.tree.statements
    .filter(ts.isExportDeclaration)
    .flatMap(({ exportClause }) =>
      exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => name.text)
        : [],
    )
    .map((name) => `@rope/core${door.slice(1)} ${name}`)
}
