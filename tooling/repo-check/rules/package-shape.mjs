/**
 * Every package has the same files and the same honest manifest; a backend exports the two
 * functions that make it one.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { isFile, sourceOf } from '../../setup/workspace.mjs'
import { roleOf } from './arrows.mjs'

/** @typedef {import('../model.mjs').Package} Package */
/** @typedef {import('../model.mjs').Workspace} Workspace */

/** What every manifest says, whatever the package. */
const FIXED_FIELDS = /** @type {const} */ ({ license: 'MIT', type: 'module', sideEffects: false })

/** Fields that would tie a package to one host of repositories. */
const HOST_FIELDS = ['repository', 'homepage', 'bugs']

/**
 * Reports missing files, missing exports and manifests that say something else than the others.
 * @param {Workspace} workspace
 */
export function packageShape({ root, packages }) {
  const engines = readEngines(root)
  return packages.flatMap((pkg) =>
    [
      ...missingFiles(root, pkg),
      ...manifestProblems(pkg, engines),
      ...(isSourceOnly(pkg) ? [] : entryProblems(root, pkg)),
      ...(roleOf(pkg) === 'backend' ? backendProblems(pkg) : []),
    ].map((problem) => `${pkg.path}: ${problem}`),
  )
}

/**
 * The C kernels have neither TypeScript nor a build of their own.
 * @param {Package} pkg
 */
function isSourceOnly(pkg) {
  return pkg.path === 'packages/kernels'
}

/**
 * @param {string} root
 * @param {Package} pkg
 */
function missingFiles(root, pkg) {
  const wanted = ['package.json', 'README.md', 'test']
  if (!isSourceOnly(pkg)) {
    wanted.push('tsconfig.json', 'src')
    if ('.' in (pkg.manifest.exports ?? {})) wanted.push('src/index.ts')
  }
  return wanted
    .filter((name) => !existsSync(join(root, pkg.path, name)))
    .map((name) => `there is no ${name}`)
}

/**
 * @param {Package} pkg
 * @param {string} engines
 */
function manifestProblems({ path, folder, manifest }, engines) {
  const expected = { name: `@rope/${folder}`, ...FIXED_FIELDS }
  const wrong = Object.entries(expected).filter(([field, value]) => manifest[field] !== value)
  const problems = wrong.map(([field, value]) => `${field} is not ${JSON.stringify(value)}`)
  if (!/^[A-Z].{20,}\.$/.test(manifest.description ?? '')) {
    problems.push('description is not a sentence')
  }
  if (manifest.engines?.node !== engines) problems.push(`engines.node is not ${engines}`)
  if (path.startsWith('apps/') && manifest.private !== true) problems.push('an app is private')
  for (const field of HOST_FIELDS.filter((name) => name in manifest)) {
    problems.push(`${field} names a host; the manifests stay neutral`)
  }
  return problems
}

/**
 * A library has entries for `import` and `require`, each with its own declarations; a program has
 * commands.
 * @param {string} root
 * @param {Package} pkg
 */
function entryProblems(root, pkg) {
  const entries = Object.entries(pkg.manifest.exports ?? {}).filter(([subpath]) => !isFile(subpath))
  if (entries.length === 0 && pkg.manifest.bin === undefined && pkg.manifest.private !== true) {
    return ['it has neither exports nor a command']
  }
  return entries.flatMap(([subpath, conditions]) => [
    ...(JSON.stringify(conditions) === JSON.stringify(conditionsOf(subpath))
      ? []
      : [`exports["${subpath}"] is not ${JSON.stringify(conditionsOf(subpath))}`]),
    ...(sourceOf(join(root, pkg.path), subpath) !== undefined
      ? []
      : [`exports["${subpath}"] has no source file`]),
  ])
}

/** @param {string} subpath */
function conditionsOf(subpath) {
  const stem = subpath === '.' ? './dist/index' : `./dist/${subpath.slice(2)}`
  return {
    import: { types: `${stem}.d.ts`, default: `${stem}.js` },
    require: { types: `${stem}.d.cts`, default: `${stem}.cjs` },
  }
}

/**
 * `@rope/wasm` exports createWasmBackend and probeWasm; only the case of the name is its own.
 * @param {Package} pkg
 */
function backendProblems({ folder, sources, path }) {
  const index = sources.find((source) => source.path === `${path}/src/index.ts`)
  const names =
    index === undefined ? [] : exportedNames(index.tree).map((name) => name.toLowerCase())
  return [`create${folder}Backend`, `probe${folder}`]
    .filter((wanted) => !names.includes(wanted.toLowerCase()))
    .map((wanted) => `index.ts does not export ${wanted} (in camel case)`)
}

/**
 * @param {ts.SourceFile} tree
 * @returns {string[]}
 */
function exportedNames(tree) {
  return tree.statements
    .filter(ts.isExportDeclaration)
    .flatMap(({ exportClause }) =>
      exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => name.text)
        : [],
    )
}

/** @param {string} root */
function readEngines(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node
}
