/**
 * Builds the binary of every platform in targets.json, or of those that are named, with the Zig
 * compiler: npm/<platform>/rope.node. Run before a release; the binaries are not committed.
 *
 *     node scripts/cross-compile.js [platform...]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { compileAddon } from './compile.js'
import { addonSources } from './sources.js'
import { folderOf, TARGETS } from './targets.js'
import { findZig } from './zig.js'

/** @typedef {import('./targets.js').Target} Target */

const require = createRequire(import.meta.url)
const HEADERS = dirname(require.resolve('node-api-headers/package.json'))
const WRAPPER = dirname(require.resolve('node-addon-api/package.json'))

/** A debugger's names are of no use to anybody who gets these. */
const SHARED = ['-shared', '-s']

/**
 * Node's own functions are found when the addon is loaded; Windows wants a list of them beforehand.
 * @param {readonly string[]} zig
 * @param {Target} target
 * @param {string} folder for what is made on the way
 * @returns {readonly string[]}
 */
function linkFlagsOf([command = '', ...first], { name }, folder) {
  if (name.startsWith('darwin')) return [...SHARED, '-Wl,-undefined,dynamic_lookup']
  if (!name.startsWith('win32')) return [...SHARED, '-pthread']
  const library = join(folder, 'node.lib')
  const list = join(HEADERS, 'def', 'node_api.def')
  const { status, stderr } = spawnSync(
    command,
    [...first, 'dlltool', '-m', 'i386:x86-64', '-d', list, '-D', 'node.exe', '-l', library],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`zig dlltool failed:\n${stderr}`)
  return [...SHARED, library]
}

/**
 * @param {readonly string[]} zig
 * @param {Target} target
 * @returns {Promise<string>} the binary
 */
async function crossCompile(zig, target) {
  const folder = mkdtempSync(join(tmpdir(), 'rope-cross-'))
  try {
    const output = join(folderOf(target), 'rope.node')
    const compiler = [...zig, 'cc', '-target', target.zig]
    const cxxCompiler = [...zig, 'c++', '-target', target.zig]
    const includes = [join(HEADERS, 'include'), WRAPPER]
    await compileAddon({
      toolchain: { compiler, cxxCompiler, version: 'zig', includes },
      ...addonSources(),
      output,
      linkFlags: linkFlagsOf(zig, target, folder),
    })
    return output
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !TARGETS.some((target) => target.name === name))
if (unknown.length > 0) {
  const known = TARGETS.map(({ name }) => name).join(', ')
  throw new Error(`no such platform: ${unknown.join(', ')}; there are ${known}`)
}
const found = findZig()
if ('missing' in found) throw new Error(found.missing)
process.stdout.write(`zig ${found.version}\n`)
for (const target of TARGETS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const output = await crossCompile(found.zig, target)
  process.stdout.write(`${target.name} ${statSync(output).size} bytes\n`)
}
