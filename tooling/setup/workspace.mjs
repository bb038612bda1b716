/**
 * What the set-up needs to know about this workspace: where it is, which packages it has, and the
 * environment its tools run in. Read from the manifests, so that nothing is stated twice.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Manifest the fields of a package.json that the set-up reads
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {Readonly<Record<string, string>>} [bin]
 * @property {Readonly<Record<string, unknown>>} [exports]
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 * @property {Readonly<Record<string, string>>} [peerDependencies]
 * @property {Readonly<Record<string, { readonly optional?: boolean }>>} [peerDependenciesMeta]
 */

/**
 * @typedef {object} Package
 * @property {string} folder absolute path
 * @property {Manifest} manifest
 */

/** The absolute path of the workspace's root folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Every package and app below `root`.
 * @param {string} root
 * @returns {Package[]}
 */
export function listPackages(root) {
  return ['packages', 'apps'].flatMap((group) => packagesIn(join(root, group)))
}

/**
 * Every package that is published: those that are not private, and the packages of platforms.
 * @param {string} root
 * @returns {Package[]}
 */
export function publicPackages(root) {
  const platforms = join(root, 'packages', 'native', 'npm')
  return [...listPackages(root), ...packagesIn(platforms)].filter(
    ({ manifest }) => manifest.private !== true,
  )
}

/**
 * The packages in the folders of one folder.
 * @param {string} group
 * @returns {Package[]}
 */
function packagesIn(group) {
  if (!existsSync(group)) return []
  return readdirSync(group)
    .map((name) => join(group, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
}

/**
 * The package.json of a folder.
 * @param {string} folder
 * @returns {Manifest}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/**
 * The environment of the tools: ours first on the path (turbo looks for pnpm there, which also
 * works offline), and no telemetry or update notices.
 * @param {string} root
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(root) {
  return {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NO_UPDATE_NOTIFIER: '1',
  }
}

/**
 * The modules a package offers, as subpaths such as '.' and './conformance'.
 * @param {Manifest} manifest
 */
export function modulesOf({ exports = {} }) {
  return Object.keys(exports).filter((subpath) => !isFile(subpath))
}

/**
 * Whether a subpath of a package's exports is a file that is taken as it is, such as './rope.wasm'.
 * @param {string} subpath
 */
export function isFile(subpath) {
  return /\.\w+$/.test(subpath)
}

/**
 * The TypeScript file behind a subpath of a package's exports: './x' is src/x.ts, a door src/doors/x.ts
 * or a folder src/x; '.' is src/index.ts. Undefined when there is none.
 * @param {string} folder absolute path of the package
 * @param {string} subpath
 */
export function sourceOf(folder, subpath) {
  const name = subpath === '.' ? 'index' : subpath.slice(2)
  return [`${name}.ts`, join('doors', `${name}.ts`), join(name, 'index.ts')]
    .map((path) => join(folder, 'src', path))
    .find((path) => existsSync(path))
}

/**
 * The built file of a package's first command.
 * @param {string} packageName such as '@rope/cli'
 */
export function builtCommand(packageName) {
  const { folder, manifest } = findPackage(packageName)
  const file = Object.values(manifest.bin ?? {})[0]
  if (file === undefined) throw new Error(`${packageName} has no command`)
  return join(folder, file)
}

/**
 * The absolute path of a package's folder.
 * @param {string} packageName such as '@rope/tinystories'
 */
export function folderOf(packageName) {
  return findPackage(packageName).folder
}

/** @param {string} packageName */
function findPackage(packageName) {
  const found = listPackages(ROOT).find(({ manifest }) => manifest.name === packageName)
  if (found === undefined) throw new Error(`there is no package ${packageName}`)
  return found
}
