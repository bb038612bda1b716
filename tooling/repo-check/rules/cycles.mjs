/**
 * No import cycle between source files, nor between the folders of a package, types included:
 * whatever can be read alone can be understood, tested and moved alone.
 */
import { resolveRelative, roomOf } from '../paths.mjs'

/** @typedef {import('../model.mjs').Source} Source */

/**
 * Reports each group of files, and each group of folders, that import each other.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function cycles({ packages }) {
  return packages.flatMap(({ path, sources }) => {
    const files = importGraph(sources)
    return [
      ...findCycles(files).map((group) => `import cycle: ${group.join(' -> ')}`),
      ...findCycles(roomGraph(files, path))
        .filter((group) => group.some((room) => !room.endsWith('.ts')))
        .map((group) => `import cycle of folders in ${path}/src: ${group.join(' -> ')}`),
    ]
  })
}

/**
 * From each file to the files it imports by a relative path.
 * @param {readonly Source[]} sources
 * @returns {Map<string, string[]>}
 */
export function importGraph(sources) {
  const known = new Set(sources.map(({ path }) => path))
  return new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolveRelative(path, specifier))
        // './view.js' may stand for view.tsx as well.
        .map((target) => (known.has(target) ? target : `${target}x`))
        .filter((target) => known.has(target)),
    ]),
  )
}

/**
 * The same between the rooms of a package: the first folders below src, and the files beside them.
 * @param {ReadonlyMap<string, readonly string[]>} files
 * @param {string} path of the package
 * @returns {Map<string, string[]>}
 */
function roomGraph(files, path) {
  /** @type {Map<string, string[]>} */
  const rooms = new Map()
  for (const [file, targets] of files) {
    const room = roomOf(file, path)
    const others = targets.map((target) => roomOf(target, path)).filter((other) => other !== room)
    rooms.set(room, [...new Set([...(rooms.get(room) ?? []), ...others])])
  }
  return rooms
}

/**
 * One closed walk per cycle that a depth-first search runs into; empty for a graph without cycles.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[][]} each starts and ends with the same file
 */
function findCycles(graph) {
  /** @type {string[][]} */
  const found = []
  /** @type {Map<string, 'open' | 'done'>} */
  const state = new Map()
  /** @type {string[]} */
  const walk = []
  /** @param {string} file */
  const visit = (file) => {
    state.set(file, 'open')
    walk.push(file)
    for (const target of graph.get(file) ?? []) {
      if (state.get(target) === 'open') found.push([...walk.slice(walk.indexOf(target)), target])
      else if (!state.has(target)) visit(target)
    }
    walk.pop()
    state.set(file, 'done')
  }
  for (const file of graph.keys()) if (!state.has(file)) visit(file)
  return found
}
