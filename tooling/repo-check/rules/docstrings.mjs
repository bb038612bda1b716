/**
 * Every export has a docstring that says something: a sentence before any tag. Re-exports are
 * documented where they are declared; overloads share one docstring.
 */
import ts from 'typescript'
import { lineOf } from '../model.mjs'

/**
 * Reports exported declarations without a docstring.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function docstrings({ packages }) {
  return packages.flatMap(({ sources }) => sources.flatMap(undocumented))
}

/**
 * @param {import('../model.mjs').Source} source
 * @returns {string[]}
 */
function undocumented({ path, tree }) {
  const listed = namesInExportLists(tree)
  /** @type {Map<string, ts.Statement[]>} */
  const exported = new Map()
  for (const statement of tree.statements) {
    for (const name of declaredNames(statement)) {
      if (!isExported(statement) && !listed.has(name)) continue
      exported.set(name, [...(exported.get(name) ?? []), statement])
    }
  }
  return [...exported]
    .filter(([, statements]) => !statements.some((statement) => hasDocstring(statement, tree)))
    .map(
      ([name, [first]]) =>
        `${path}:${first ? lineOf(tree, first) : 0} exports ${name} without a docstring`,
    )
}

/**
 * The names that a statement declares at the top level of its file.
 * @param {ts.Statement} statement
 * @returns {string[]}
 */
function declaredNames(statement) {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => bindingNames(name))
  }
  if (ts.isExportAssignment(statement)) return ['default']
  const isDeclaration =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  return isDeclaration ? [statement.name?.text ?? 'default'] : []
}

/**
 * @param {ts.BindingName} name
 * @returns {string[]}
 */
function bindingNames(name) {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? bindingNames(element.name) : [],
  )
}

/**
 * The local names in `export { a, b as c }`.
 * @param {ts.SourceFile} tree
 * @returns {Set<string>}
 */
function namesInExportLists(tree) {
  const lists = tree.statements.filter(ts.isExportDeclaration)
  return new Set(
    lists
      .filter(({ moduleSpecifier }) => moduleSpecifier === undefined)
      .flatMap(({ exportClause }) =>
        exportClause !== undefined && ts.isNamedExports(exportClause)
          ? exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
          : [],
      ),
  )
}

/** @param {ts.Statement} statement */
function isExported(statement) {
  if (ts.isExportAssignment(statement)) return true
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : []
  return (modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
}

/**
 * The comment that opens a file speaks of the file, not of its first export.
 * @param {ts.Statement} statement
 * @param {ts.SourceFile} tree
 */
function hasDocstring(statement, tree) {
  return ts
    .getJSDocCommentsAndTags(statement)
    .filter(ts.isJSDoc)
    .filter((doc) => tree.text.slice(0, doc.getStart(tree)).replace(/^#!.*/, '').trim() !== '')
    .some(({ comment }) => (ts.getTextOfJSDocComment(comment) ?? '').trim() !== '')
}
