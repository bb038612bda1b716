/**
 * The rings of core: an import leads to an earlier ring, or to the same folder, never outwards.
 * And a schedule is known by its name in three of them only: elsewhere it is data.
 */
import ts from 'typescript'
import { lineOf } from '../model.mjs'
import { roomOf } from '../paths.mjs'
import { importGraph } from './cycles.mjs'

/** @typedef {import('../model.mjs').Package} Package */
/** @typedef {import('../model.mjs').Source} Source */

const CORE = 'packages/core'

/** From the innermost outwards; the rooms of one ring do not see each other. */
const RINGS = [
  ['errors.ts', 'memory.ts', 'limits.ts', 'bounded-map.ts'],
  ['check.ts'],
  ['numbers'],
  ['contract'],
  ['schedule'],
  ['config'],
  ['positions'],
  ['rotation'],
  ['plan'],
  ['rope'],
  ['presets'],
  ['models'],
  ['gradients', 'parallel', 'weights', 'kv-cache'],
  ['reference'],
  ['conformance'],
  ['doors'],
  ['index.ts'],
]

/** The rooms that may ask which schedule it is. */
const KNOW_SCHEDULES = ['schedule', 'presets', 'models']

/**
 * Reports imports that lead outwards, rooms without a ring, and questions for a schedule's name.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function rings({ packages }) {
  const core = packages.find(({ path }) => path === CORE)
  if (core === undefined) return []
  const names = scheduleNames(core)
  return [...outwardImports(core), ...core.sources.flatMap((source) => namedIn(source, names))]
}

/** A file beside the folders that no ring names: outside all of them, and for the doors alone. */
const OUTSIDE = RINGS.length - 2.5

/** @param {string} room */
function ringOf(room) {
  const ring = RINGS.findIndex((rooms) => rooms.includes(room))
  return ring < 0 && room.endsWith('.ts') ? OUTSIDE : ring
}

/** @param {Package} core */
function outwardImports({ path, sources }) {
  /** @type {string[]} */
  const problems = []
  for (const [file, targets] of importGraph(sources)) {
    const room = roomOf(file, path)
    const ring = ringOf(room)
    if (ring < 0) problems.push(`${file}: ${room} stands in no ring; the rule lists them`)
    // The index has a rule of its own.
    for (const target of targets.filter((to) => to !== `${path}/src/index.ts`)) {
      const other = roomOf(target, path)
      const isOutside = ring === OUTSIDE && ringOf(other) === OUTSIDE
      if (other === room || ringOf(other) < ring || ring < 0 || isOutside) continue
      problems.push(`${file} imports ${target}: ${other} is no ring inside ${room}`)
    }
  }
  return problems
}

/**
 * The names of the schedules, read off the registry.
 * @param {Package} core
 * @returns {ReadonlySet<string>}
 */
function scheduleNames({ path, sources }) {
  const registry = sources.find((source) => source.path === `${path}/src/schedule/registry.ts`)
  /** @type {Set<string>} */
  const names = new Set()
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'REGISTRY') {
      const value = node.initializer
      if (value !== undefined && ts.isObjectLiteralExpression(value)) {
        for (const { name } of value.properties) {
          if (name !== undefined && 'text' in name) names.add(String(name.text))
        }
      }
    }
    ts.forEachChild(node, visit)
  }
  if (registry !== undefined) visit(registry.tree)
  return names
}

/**
 * Comparisons of something's type with the name of a schedule: `schedule.type === 'xpos'`.
 * @param {Source} source
 * @param {ReadonlySet<string>} names
 * @returns {string[]}
 */
function namedIn({ path, tree }, names) {
  const room = roomOf(path, CORE)
  if (KNOW_SCHEDULES.includes(room) || ringOf(room) >= ringOf('gradients')) return []
  /** @type {string[]} */
  const found = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) && names.has(node.text) && isQuestion(node.parent)) {
      found.push(`${path}:${lineOf(tree, node)} asks for schedule '${node.text}' by its name`)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** @param {ts.Node} node */
function isQuestion(node) {
  if (ts.isCaseClause(node)) return true
  return (
    ts.isBinaryExpression(node) &&
    [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
      node.operatorToken.kind,
    )
  )
}
