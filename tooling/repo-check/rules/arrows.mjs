/**
 * Which package may import which: the arrows of ARCHITECTURE.md as a table.
 * Tests follow the same arrows, but may also import their own package by name, Node's modules, the
 * test tools, the presets of tooling, and the JavaScript backend, which all others are compared with. A package that the table does not name is a backend.
 */
import { isInside, resolveRelative } from '../paths.mjs'

/** @typedef {import('../model.mjs').Package} Package */
/** @typedef {import('../model.mjs').Import} Import */
/** @typedef {import('../model.mjs').Workspace} Workspace */

/** What a package may import from the workspace, by its folder; `lazy` is for `import()` alone. */
const ARROWS = /** @type {Readonly<Record<string, { now: string[], lazy?: string[] }>>} */ ({
  'packages/core': { now: [] },
  'packages/kernels': { now: [] },
  'packages/jax': { now: ['core'] },
  'packages/auto': { now: ['core'], lazy: ['backend'] },
  'packages/bench': { now: ['core', 'backend', 'auto'] },
  'packages/cli': { now: ['core', 'backend', 'auto', 'bench'] },
  backend: { now: ['core'] },
  app: { now: ['core', 'jax', 'backend', 'auto', 'bench'] },
})

/** What each role stands for: the named packages are themselves, all others are backends. */
const NAMED = ['core', 'kernels', 'jax', 'auto', 'bench', 'cli']

/** Whose tests compare them with the JavaScript backend: the backends, and what rotates otherwise. */
const COMPARED = ['backend', 'jax']

/** Packages that must work wherever JavaScript does, so that their sources import no module of Node. */
const EVERYWHERE = ['packages/core', 'packages/js']

/**
 * The role of a package in the table of arrows.
 * @param {Pick<Package, 'path' | 'folder'>} pkg
 */
export function roleOf({ path, folder }) {
  if (path.startsWith('apps/')) return 'app'
  return NAMED.includes(folder) ? folder : 'backend'
}

/**
 * Reports every import that goes against the arrows.
 * @param {Workspace} workspace
 */
export function arrows({ packages }) {
  return packages.flatMap((pkg) => [
    ...pkg.sources.flatMap((source) =>
      source.imports.flatMap((found) => problemOf(found, source.path, pkg, packages, false)),
    ),
    ...pkg.tests.flatMap((source) =>
      source.imports.flatMap((found) => problemOf(found, source.path, pkg, packages, true)),
    ),
  ])
}

/**
 * @param {Import} found
 * @param {string} file
 * @param {Package} pkg
 * @param {readonly Package[]} packages
 * @param {boolean} isTest
 * @returns {string[]}
 */
function problemOf(found, file, pkg, packages, isTest) {
  const { specifier, line } = found
  const refuse = (/** @type {string} */ why) => [`${file}:${line} imports ${specifier}: ${why}`]
  if (specifier.startsWith('.')) {
    const target = resolveRelative(file, specifier)
    const leaves = !isInside(target, pkg.path) && !(isTest && isInside(target, 'tooling'))
    return leaves ? refuse(`that leaves ${pkg.path}; import the package by its name`) : []
  }
  const target = packages.find(({ manifest }) => isPartOf(specifier, manifest.name))
  if (target !== undefined) return crossing(found, pkg, target, isTest).flatMap(refuse)
  if (isTest) return []
  if (EVERYWHERE.includes(pkg.path)) return refuse(`${pkg.path} depends on nothing but the arrows`)
  return isDeclared(specifier, pkg) ? [] : refuse(`it is not in the dependencies of ${pkg.path}`)
}

/**
 * Why `pkg` may not import `target`; empty when it may.
 * @param {Import} found
 * @param {Package} pkg
 * @param {Package} target
 * @param {boolean} isTest
 * @returns {string[]}
 */
function crossing({ specifier, kind }, pkg, target, isTest) {
  const subpath = `.${specifier.slice((target.manifest.name ?? '').length)}`
  if (!(subpath in (target.manifest.exports ?? {}))) {
    return [`${target.path} does not export ${subpath}`]
  }
  if (target === pkg) return isTest ? [] : ['a package uses relative imports inside itself']
  const { now, lazy = [] } = ARROWS[pkg.path] ?? ARROWS[roleOf(pkg)] ?? { now: [] }
  const role = roleOf(target)
  const isYardstick = isTest && target.path === 'packages/js' && role === 'backend'
  if (now.includes(role) || (isYardstick && COMPARED.includes(roleOf(pkg))))
    return isDeclared(specifier, pkg) ? [] : [`it is not in the dependencies`]
  if (!lazy.includes(role)) return [`the arrows of ${pkg.path} do not lead to ${target.path}`]
  return kind === 'value' && !isTest
    ? [`${pkg.path} loads it lazily, by import(), or not at all`]
    : []
}

/**
 * @param {string} specifier
 * @param {Package} pkg
 */
function isDeclared(specifier, { manifest }) {
  if (specifier.startsWith('node:')) return true
  const declared = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']
  return declared.some((field) =>
    Object.keys(manifest[field] ?? {}).some((name) => isPartOf(specifier, name)),
  )
}

/**
 * @param {string} specifier
 * @param {string | undefined} name
 */
function isPartOf(specifier, name) {
  return name !== undefined && (specifier === name || specifier.startsWith(`${name}/`))
}
