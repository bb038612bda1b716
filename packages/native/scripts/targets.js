/**
 * The platforms that get a package with a binary, read from targets.json, and what those packages
 * are: everything about them follows from that one list.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from './sources.js'

/**
 * @typedef {object} Target
 * @property {string} name as in src/binary/platform.ts: operating system, processor, C library
 * @property {string} zig what the Zig compiler calls it, with the oldest C library that it may have
 */

/** @type {readonly Target[]} */
export const TARGETS = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'targets.json'), 'utf8'))

/**
 * The folder of a platform's package.
 * @param {Target} target
 */
export function folderOf({ name }) {
  return join(PACKAGE_ROOT, 'npm', name)
}

/** @returns {Readonly<Record<string, unknown>>} the manifest of @rope/native */
export function ownManifest() {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))
}

/**
 * The files of a platform's package, the binary aside, by name.
 * @param {Target} target
 * @returns {Readonly<Record<string, string>>}
 */
export function filesOf({ name }) {
  const { version, license, engines } = ownManifest()
  const [os, cpu, libc] = name.split('-')
  const manifest = {
    name: `@rope/native-${name}`,
    version,
    description: `The binary of @rope/native for ${name}.`,
    license,
    type: 'commonjs',
    engines,
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : libc] }),
    exports: { './rope.node': './rope.node', './package.json': './package.json' },
    files: ['rope.node', 'README.md', 'CHANGELOG.md'],
    preferUnplugged: true,
  }
  const readme = `# @rope/native-${name}

The binary of \`@rope/native\` for ${name}. It is installed with \`@rope/native\` where it fits; there is nothing in
it to import by yourself.
`
  return { 'package.json': `${JSON.stringify(manifest, null, 2)}\n`, 'README.md': readme }
}

/**
 * What @rope/native depends on: every platform's package, of exactly its own version.
 * @returns {Readonly<Record<string, string>>}
 */
export function optionalDependencies() {
  return Object.fromEntries(
    TARGETS.map(({ name }) => [`@rope/native-${name}`, 'workspace:*']).sort(),
  )
}
