/**
 * The surface of core and of bench is a committed list each: a name and the door it stands behind, one
 * each line. Whoever adds, moves or removes a name edits the list in the same commit, and a reader
 * sees it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** @typedef {import('../model.mjs').Workspace} Workspace */
/** @typedef {import('../model.mjs').Source} Source */

/** Packages with a list, and how many names their root doors may have at most. */
const MOST_AT_ROOT = [
  { path: 'packages/core', most: 60 },
  { path: 'packages/bench', most: 10 },
]

/** Doors for programs that test or explain, which the list leaves out. */
const UNLISTED = ['./conformance', './reference']

/**
 * Reports names that the list lacks, names that are gone, names behind two doors, and a root door
 * with too many.
 * @param {Workspace} workspace
 */
export function surface({ root, packages }) {
  return MOST_AT_ROOT.flatMap(({ path, most }) => {
    const listed = packages.find((found) => found.path === path)
    return listed === undefined ? [] : problemsOf(listed, root, most)
  })
}

/**
 * @param {Workspace['packages'][number]} listed
 * @param {string} root
 * @param {number} most
 * @returns {string[]}
 */
function problemsOf({ path, manifest, sources }, root, most) {
  const list = `${path}/surface.txt`
  if (!existsSync(join(root, list))) return []
  const doors = Object.keys(manifest.exports ?? {}).filter(
    (door) => !UNLISTED.includes(door) && !door.endsWith('.json'),
  )
  const found = doors.flatMap((door) => namesBehind(door, path, sources))
  const lines = readFileSync(join(root, list), 'utf8').split('\n').filter(Boolean)
  const atRoot = found.filter((line) => line.startsWith(`${nameOf(path)} `)).length
  return [
    ...found.filter((line) => !lines.includes(line)).map((line) => `${list} lacks: ${line}`),
    ...lines.filter((line) => !found.includes(line)).map((line) => `${list} has in vain: ${line}`),
    ...behindTwoDoors(found),
    ...(atRoot > most
      ? [`the root door of ${nameOf(path)} has ${atRoot} names; ${most} at most`]
      : []),
  ]
}

/** @param {string} path such as packages/core */
function nameOf(path) {
  return path.replace('packages', '@rope')
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
 * @param {string} path such as packages/core
 * @param {readonly Source[]} sources
 * @returns {string[]} lines of the list
 */
function namesBehind(door, path, sources) {
  const stem = door === '.' ? 'index' : door.slice(2)
  const file = [`${stem}.ts`, `doors/${stem}.ts`, `${stem}/index.ts`]
    .map((end) => sources.find((source) => source.path === `${path}/src/${end}`))
    .find((source) => source !== undefined)
  if (file === undefined) return []
  return file.tree.statements
    .filter(ts.isExportDeclaration)
    .flatMap(({ exportClause }) =>
      exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => name.text)
        : [],
    )
    .map((name) => `${nameOf(path)}${door.slice(1)} ${name}`)
}
