/**
 * `node packages/auto/scripts/runtimes.mjs [name...]`: runs the fixture program on other runtimes and
 * compares what it computes with this Node. Their binaries come from the npm registry and weigh
 * hundreds of megabytes, so that they are no part of an installation: they are put into a temporary
 * folder, which is removed again. Build the packages first.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../test/fixtures/', import.meta.url))
const MACHINE = `${process.platform}-${process.arch}`
const LIBC = process.platform === 'linux' ? '-glibc' : ''

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} module the npm package that holds the binary
 * @property {string} version
 * @property {string} binary its path in the package
 * @property {readonly string[]} args what it wants before a program
 */

/** @type {readonly Runtime[]} */
const RUNTIMES = [
  { name: 'node22', module: `node-${MACHINE}`, version: '22', binary: 'bin/node', args: [] },
  { name: 'node24', module: `node-${MACHINE}`, version: '24', binary: 'bin/node', args: [] },
  { name: 'bun', module: `@oven/bun-${MACHINE}`, version: '1', binary: 'bin/bun', args: ['run'] },
  {
    name: 'deno',
    module: `@deno/${MACHINE}${LIBC}`,
    version: '2',
    binary: 'deno',
    args: ['run', '--allow-read', '--allow-env', '--allow-ffi', '--allow-sys'],
  },
  {
    name: 'deno without permissions',
    module: `@deno/${MACHINE}${LIBC}`,
    version: '2',
    binary: 'deno',
    args: ['run', '--no-prompt'],
  },
]

/**
 * Puts the built packages and the fixture program into a folder.
 * @param {string} folder
 */
function makeProject(folder) {
  const modules = join(folder, 'node_modules', '@rope')
  mkdirSync(modules, { recursive: true })
  for (const name of readdirSync(PACKAGES)) {
    if (existsSync(join(PACKAGES, name, 'dist', 'index.js'))) {
      symlinkSync(join(PACKAGES, name), join(modules, name))
    }
  }
  cpSync(FIXTURES, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}

/**
 * Installs a runtime below a folder, unless it is there.
 * @param {string} folder
 * @param {Runtime} runtime
 * @returns {string} the path of its binary
 */
function install(folder, { module, version, binary }) {
  const home = join(folder, `${module}@${version}`.replaceAll('/', ' '))
  const path = join(home, 'node_modules', module, binary)
  if (existsSync(path)) return path
  mkdirSync(home, { recursive: true })
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', home]
  execFileSync('npm', ['install', ...options, `${module}@${version}`], { stdio: 'ignore' })
  chmodSync(path, 0o755)
  return path
}

/**
 * Runs the program and returns what it tells.
 * @param {string} folder
 * @param {string} binary
 * @param {readonly string[]} args
 * @returns {{ chosen: string, bits: readonly number[] }}
 */
function run(folder, binary, args) {
  const options = /** @type {const} */ ({ cwd: folder, encoding: 'utf8', timeout: 60_000 })
  return JSON.parse(execFileSync(binary, [...args, 'app/main.js'], options))
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`)
}

const wanted = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'rope runtimes '))
try {
  makeProject(folder)
  const expected = run(folder, process.execPath, [])
  for (const runtime of RUNTIMES) {
    if (wanted.length > 0 && !wanted.includes(runtime.name)) continue
    try {
      const story = run(folder, install(join(folder, 'runtimes'), runtime), runtime.args)
      const isSame = story.bits.join() === expected.bits.join()
      if (!isSame) process.exitCode = 1
      say(`${isSame ? 'ok    ' : 'FAILED'} ${runtime.name}: chose ${story.chosen}`)
    } catch (error) {
      process.exitCode = 1
      say(`FAILED ${runtime.name}: ${error instanceof Error ? error.message : error}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
