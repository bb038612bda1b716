/**
 * The parts of TypeScript that this project does without: `any`, the non-null `!`, enums and default
 * exports (config files aside). The linter says so too; this rule knows no way to silence it.
 */
import ts from 'typescript'
import { lineOf } from '../model.mjs'

/**
 * Reports every use of what the house style leaves out.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function language({ packages }) {
  const files = packages.flatMap(({ sources, tests }) => [...sources, ...tests])
  return files.filter(({ path }) => !path.endsWith('.config.ts')).flatMap(findings)
}

/**
 * @param {import('../model.mjs').Source} source
 * @returns {string[]}
 */
function findings({ path, tree }) {
  /** @type {string[]} */
  const found = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    const what = nameOfForbidden(node)
    if (what !== undefined) found.push(`${path}:${lineOf(tree, node)} uses ${what}`)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/**
 * @param {ts.Node} node
 * @returns {string | undefined}
 */
function nameOfForbidden(node) {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any; say what it is, or unknown'
  if (ts.isNonNullExpression(node)) return 'a non-null !; check it, or assert it with a reason'
  if (ts.isEnumDeclaration(node)) return 'an enum; a union of strings does the same'
  if (ts.isExportAssignment(node)) return 'a default export; give it a name'
  if (node.kind === ts.SyntaxKind.DefaultKeyword && ts.canHaveModifiers(node.parent)) {
    return 'a default export; give it a name'
  }
  return undefined
}
