/**
 * The workspace as the rules see it: packages with their manifests, and source files with their
 * syntax trees and imports. Read once, from the files alone; nothing is compiled or executed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/**
 * @typedef {object} Import one import or re-export
 * @property {string} specifier as written
 * @property {'value' | 'type' | 'lazy'} kind lazy is a call of `import()`
 * @property {number} line from 1
 */

/**
 * @typedef {object} Source one TypeScript file
 * @property {string} path from the root, with forward slashes
 * @property {ts.SourceFile} tree
 * @property {readonly Import[]} imports
 */

/**
 * @typedef {object} KnownFields the fields of a package.json that the rules read
 * @property {string} [name]
 * @property {string} [description]
 * @property {boolean} [private]
 * @property {{ readonly node?: string }} [engines]
 * @property {Readonly<Record<string, unknown>>} [exports]
 * @property {unknown} [bin]
 */

/** @typedef {KnownFields & Readonly<Record<string, unknown>>} Manifest */

/**
 * @typedef {object} Package one folder of packages/ or apps/
 * @property {string} path from the root, such as 'packages/core'
 * @property {string} folder its last part, such as 'core'
 * @property {Manifest} manifest its package.json; empty when there is none
 * @property {readonly Source[]} sources files below src
 * @property {readonly Source[]} tests files below test
 */

/**
 * @typedef {object} Workspace
 * @property {string} root absolute path
 * @property {readonly Package[]} packages
 */

/** Folders that are made, not written. */
export const MADE_FOLDERS = [
  'node_modules',
  'dist',
  'dist-web',
  'build',
  '.turbo',
  '.git',
  'coverage',
]

/**
 * Reads the workspace below `root`.
 * @param {string} root absolute path
 * @returns {Workspace}
 */
export function readWorkspace(root) {
  const folders = ['packages', 'apps'].flatMap((group) =>
    listFolders(join(root, group)).map((name) => `${group}/${name}`),
  )
  // What is left of a package after a change of branch holds nothing that somebody wrote.
  const written = folders.filter((path) => listFiles(root, path).length > 0)
  return { root, packages: written.map((path) => readPackage(root, path)) }
}

/**
 * Every file below a folder that somebody wrote, as paths from the root.
 * @param {string} root
 * @param {string} path from the root; '' for the root itself
 * @returns {string[]}
 */
export function listFiles(root, path) {
  if (!existsSync(join(root, path))) return []
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const child = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) return MADE_FOLDERS.includes(entry.name) ? [] : listFiles(root, child)
    return entry.isFile() ? [child] : []
  })
}

/**
 * Parses one file and collects what it imports.
 * @param {string} path
 * @param {string} text
 * @returns {Source}
 */
function parseSource(path, text) {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  /** @type {Import[]} */
  const imports = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    const found = importOf(node)
    if (found !== undefined) imports.push({ ...found, line: lineOf(tree, node) })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return { path, tree, imports }
}

/**
 * The line of a node, from 1.
 * @param {ts.SourceFile} tree
 * @param {ts.Node} node
 */
export function lineOf(tree, node) {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}

/**
 * @param {ts.Node} node
 * @returns {Omit<Import, 'line'> | undefined}
 */
function importOf(node) {
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeImport(node))
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return named(node.argument.literal, true)
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const found = named(node.arguments[0], false)
    return found && { ...found, kind: 'lazy' }
  }
  return undefined
}

/**
 * @param {ts.Node | undefined} specifier
 * @param {boolean} isType
 * @returns {Omit<Import, 'line'> | undefined}
 */
function named(specifier, isType) {
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return undefined
  return { specifier: specifier.text, kind: isType ? 'type' : 'value' }
}

/** @param {ts.ImportDeclaration} node */
function isTypeImport(node) {
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.isTypeOnly) return true
  const bindings = clause.namedBindings
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.length > 0 &&
    bindings.elements.every((element) => element.isTypeOnly)
  )
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {Package}
 */
function readPackage(root, path) {
  const file = join(root, path, 'package.json')
  return {
    path,
    folder: path.slice(path.indexOf('/') + 1),
    manifest: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {},
    sources: readSources(root, `${path}/src`),
    tests: readSources(root, `${path}/test`),
  }
}

/**
 * @param {string} root
 * @param {string} path
 */
function readSources(root, path) {
  return listFiles(root, path)
    .filter((file) => /\.[cm]?tsx?$/.test(file))
    .map((file) => parseSource(file, readFileSync(join(root, file), 'utf8')))
}

/** @param {string} folder */
function listFolders(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !MADE_FOLDERS.includes(entry.name))
    .map((entry) => entry.name)
}
